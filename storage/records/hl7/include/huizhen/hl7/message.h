#pragma once

// An HL7 v2 message as a tree over its text: nothing is lost, moved or made up, and what stands nowhere is
// empty. Segments, fields, repetitions, components and subcomponents are views into the message, and live no
// longer. Numbers are the standard's: they begin at 1; MSH-1 is the field separator.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <huizhen/base/result.h>
#include <huizhen/hl7/delimiters.h>
#include <huizhen/hl7/limits.h>
#include <huizhen/record_text/character_set.h>

namespace huizhen::hl7 {

struct Encoding {
    Delimiters delimiters;
    records::CharacterSet character_set = records::CharacterSet::ascii();
};

// A piece of a message at any level.
class Piece {
  public:
    Piece() = default;
    Piece(std::string_view raw, const Encoding* encoding) : raw_(raw), encoding_(encoding) {}

    std::string_view raw() const { return raw_; }    // as written
    bool is_null() const { return raw_ == "\"\""; }  // the sender says that there is none
    bool empty() const { return raw_.empty() || is_null(); }
    // All of it, escapes resolved, deeper separators left where they are; empty where it is null.
    std::string text() const;

  protected:
    std::vector<std::string_view> split(char separator) const;
    std::string_view part(char separator, std::size_t number) const;

    std::string_view raw_;
    const Encoding* encoding_ = nullptr;
};

class Component : public Piece {
  public:
    using Piece::Piece;
    Piece subcomponent(std::size_t number) const;
};

class Repetition : public Piece {
  public:
    using Piece::Piece;
    Component component(std::size_t number) const;
    // What every type's first part is: the component's first subcomponent.
    std::string text(std::size_t component) const {
        return this->component(component).subcomponent(1).text();
    }
    using Piece::text;
};

class Field : public Piece {
  public:
    using Piece::Piece;
    std::vector<Repetition> repetitions() const;  // at most kMaxRepetitions; none where it is empty
    Repetition first() const;
};

class Segment : public Piece {
  public:
    using Piece::Piece;
    std::string_view name() const { return raw_.substr(0, 3); }
    Field field(std::size_t number) const;
    std::size_t field_count() const;
    // Of the first repetition; the component's first subcomponent.
    std::string text(std::size_t field, std::size_t component = 1) const {
        return this->field(field).first().text(component);
    }
    using Piece::text;
};

class Message {
  public:
    // UTF-8, whatever came. Its lines end as they came.
    std::string_view text() const { return content_->text; }
    std::span<const Segment> segments() const { return content_->segments; }
    const Segment& header() const { return content_->segments.front(); }
    const Encoding& encoding() const { return content_->encoding; }
    const std::vector<std::string>& warnings() const { return content_->warnings; }  // no patient data

    // The first of that name; nullptr where there is none.
    const Segment* find(std::string_view name) const;

  private:
    friend Result<Message> parse(std::string_view bytes, const records::CharacterSet* undeclared);
    struct Content {
        Encoding encoding;
        std::string text;
        std::vector<Segment> segments;
        std::vector<std::string> warnings;
    };
    explicit Message(std::unique_ptr<const Content> content) : content_(std::move(content)) {}
    std::unique_ptr<const Content> content_;  // where it lies does not change, so that views stay good
};

// One message: bytes as they came, without MLLP's frame. Segments end with CR, LF or both, the last with
// anything or nothing; a line that begins no segment goes on with the one before, as where reports hold bare
// line ends.
//
// `undeclared`: the set of a sender who names none, or ASCII, and sends other bytes; without it, they must be
// UTF-8.
//
// kMalformedInput: "not-hl7", "encoding-characters", "several-messages" (batch.h takes them apart),
// "character-set-damaged", "character-set-undeclared"; kUnsupported: "character-set-unknown"; kLimitExceeded:
// "too-large", "too-many-segments", "too-many-fields".
Result<Message> parse(std::string_view bytes, const records::CharacterSet* undeclared = nullptr);

}  // namespace huizhen::hl7
