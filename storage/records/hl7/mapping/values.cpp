#include "values.h"

#include <huizhen/record_codes/quantity.h>
#include <huizhen/record_text/base64.h>
#include <huizhen/record_text/plain_text.h>

#include "concepts.h"

namespace huizhen::hl7 {
namespace {

constexpr std::size_t kType = 2, kValue = 5, kUnits = 6;

std::string lower(std::string text) {
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
}

bool is_plain_text(const Repetition& ed) {
    const std::string kind = lower(ed.text(2)), subtype = lower(ed.text(3));
    return kind == "text" || kind == "tx" || kind == "ft" || (kind.empty() && subtype == "plain");
}

std::string unit_of(const Segment& obx) {
    const std::string unit = line_of(obx.text(kUnits)), second = obx.text(kUnits, 2);
    // "10^9/L", whose "^" many senders do not escape.
    if (unit.ends_with("10") && !second.empty() && second[0] >= '0' && second[0] <= '9')
        return unit + "^" + second;
    return unit.empty() ? line_of(obx.text(kUnits, 2)) : unit;
}

std::string text_of_ed(const Context& context, const Segment& obx, const Repetition& ed) {
    const std::string data = ed.component(5).text();
    if (lower(ed.text(4)) != "base64") return data;
    const auto bytes = records::from_base64(data);
    auto text = bytes ? records::read_text(*bytes, context.message.encoding().character_set)
                      : Result<std::string>("");
    if (bytes && text) return *text;
    context.warn("attachment", obx);
    return {};
}

// ">^100", "^5", "^1^:^128", "^10^-^20", "^2^+".
chart::Value structured_number(const Context& context, const Segment& obx, const Repetition& written) {
    const std::string comparator = written.text(1), first = written.text(2), between = written.text(3),
                      second = written.text(4);
    if (between.empty() && second.empty()) {
        if (const auto number = records::read_quantity(comparator + first)) return *number;
        if (!first.empty() || !comparator.empty()) context.warn("not-a-number", obx);
    }
    return line_of(comparator + first + between + second);
}

chart::Value number_or_words(const Context& context, const Segment& obx, const Repetition& written) {
    const std::string text = line_of(written.text());
    if (const auto number = records::read_quantity(text)) return *number;
    context.warn("not-a-number", obx);
    return text;
}

chart::Value time_or_words(const Context& context, const Segment& obx, const Repetition& written) {
    const std::string text = line_of(written.text(1));
    if (const auto time = chart::read_packed_time(text, context.settings.without_zone))
        return chart::to_text(*time);
    context.warn("time", obx);
    return text;
}

}  // namespace

bool is_words(const Segment& obx) {
    const std::string type = obx.text(kType);
    return type == "TX" || type == "FT" || (type == "ED" && is_plain_text(obx.field(kValue).first()));
}

bool is_attachment(const Segment& obx) {
    const std::string type = obx.text(kType);
    return type == "RP" || (type == "ED" && !is_plain_text(obx.field(kValue).first()));
}

std::string words_of(const Context& context, const Segment& obx) {
    std::string text;
    for (const Repetition& each : obx.field(kValue).repetitions()) {
        if (!text.empty()) text += '\n';
        text += obx.text(kType) == "ED" ? text_of_ed(context, obx, each) : each.text();
    }
    return records::tidy_text(text);
}

chart::Value value_of(const Context& context, const Segment& obx, const Repetition& written) {
    if (written.empty()) return {};
    const std::string type = obx.text(kType);
    const std::string unit = unit_of(obx);
    chart::Value value;
    if (type == "NM") {
        value = number_or_words(context, obx, written);
    } else if (type == "SN") {
        value = structured_number(context, obx, written);
    } else if (type == "CE" || type == "CWE" || type == "CNE" || type == "CF") {
        value = concept_of(context, written);
    } else if (type == "DT" || type == "TS" || type == "DTM") {
        value = time_or_words(context, obx, written);
    } else {
        const bool known =
            type == "ST" || type == "TX" || type == "FT" || type == "IS" || type == "ID" || type == "TM";
        if (!known) context.warn("value-type", obx);
        const std::string text = records::tidy_text(written.text());
        // Many laboratories send their numbers as text.
        const auto number = unit.empty() ? std::nullopt : records::read_quantity(text);
        value = number ? chart::Value(*number) : chart::Value(text);
    }
    if (auto* number = std::get_if<chart::Quantity>(&value)) number->unit = unit;
    return value;
}

}  // namespace huizhen::hl7
