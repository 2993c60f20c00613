#include "json.h"

#include <huizhen/fhir/limits.h>

namespace huizhen::fhir {
namespace {

using Json = nlohmann::json;

// Builds the tree as the parser reads, and stops it where a limit is passed.
class Builder final : public nlohmann::json_sax<Json> {
  public:
    bool null() override { return add(nullptr); }
    bool boolean(bool value) override { return add(value); }
    bool number_integer(number_integer_t value) override { return add(value); }
    bool number_unsigned(number_unsigned_t value) override { return add(value); }
    bool number_float(number_float_t value, const string_t&) override { return add(value); }
    bool string(string_t& value) override { return add(std::move(value)); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(Json::object()); }
    bool start_array(std::size_t) override { return open(Json::array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(string_t& name) override {
        if (open_.back()->contains(name)) {
            return stop(ErrorCode::kMalformedInput, "duplicate-key: an object holds the same key twice");
        }
        key_ = std::move(name);
        return true;
    }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
        return stop(ErrorCode::kMalformedInput, "not-json: a mistake at byte " + std::to_string(position));
    }

    Result<Json> take() {
        if (error_) return fail(*error_);
        return std::move(root_);
    }

  private:
    bool stop(ErrorCode code, std::string why) {
        if (!error_) error_ = Error(code, std::move(why));
        return false;
    }

    Json* place(Json value) {
        if (++values_ > kMaxValues) {
            stop(ErrorCode::kLimitExceeded, "too-many-values: more than are read");
            return nullptr;
        }
        if (open_.empty()) {
            root_ = std::move(value);
            return &root_;
        }
        if (open_.back()->is_array()) {
            open_.back()->push_back(std::move(value));
            return &open_.back()->back();
        }
        Json& member = (*open_.back())[key_];
        member = std::move(value);
        return &member;
    }

    bool add(Json value) { return place(std::move(value)) != nullptr; }

    bool open(Json value) {
        if (open_.size() >= kMaxDepth)
            return stop(ErrorCode::kLimitExceeded, "too-deep: nested deeper than is read");
        Json* at = place(std::move(value));
        if (at != nullptr) open_.push_back(at);
        return at != nullptr;
    }

    bool close() {
        open_.pop_back();
        return true;
    }

    Json root_;
    std::vector<Json*> open_;  // a parent's children do not move while one of them is open
    std::string key_;
    std::size_t values_ = 0;
    std::optional<Error> error_;
};

}  // namespace

Result<Json> read_json(std::string_view text) {
    if (text.size() > kMaxBytes)
        return fail(ErrorCode::kLimitExceeded, "too-large: a document of more than 32 MiB");
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    Builder builder;
    Json::sax_parse(text.begin(), text.end(), &builder);
    return builder.take();
}

}  // namespace huizhen::fhir
