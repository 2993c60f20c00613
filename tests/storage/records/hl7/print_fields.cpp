// For tests/interop/hl7_fields.py: every leaf of every message of the named files, as one JSON array a
// message.

#include <iostream>

#include <nlohmann/json.hpp>

#include <huizhen/base/file.h>
#include <huizhen/hl7/batch.h>
#include <huizhen/hl7/message.h>

namespace {

using namespace huizhen;
using nlohmann::json;

// Fields, repetitions, components, subcomponents: [as written, without escapes].
json leaves(const hl7::Segment& segment) {
    json fields = json::array();
    for (std::size_t number = 1; number <= segment.field_count(); ++number) {
        json repetitions = json::array();
        for (const auto& repetition : segment.field(number).repetitions()) {
            json components = json::array();
            const char hat = '^', ampersand = '&';
            const auto count = [](std::string_view text, char separator) {
                return 1 + std::count(text.begin(), text.end(), separator);
            };
            for (long component = 1; component <= count(repetition.raw(), hat); ++component) {
                const auto part = repetition.component(static_cast<std::size_t>(component));
                json subcomponents = json::array();
                for (long sub = 1; sub <= count(part.raw(), ampersand); ++sub) {
                    const auto leaf = part.subcomponent(static_cast<std::size_t>(sub));
                    subcomponents.push_back({leaf.raw(), leaf.text()});
                }
                components.push_back(std::move(subcomponents));
            }
            repetitions.push_back(std::move(components));
        }
        fields.push_back(std::move(repetitions));
    }
    return {segment.name(), std::move(fields)};
}

}  // namespace

int main(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        const auto bytes = read_file(argv[i], std::size_t{64} << 20);
        if (!bytes) return 1;
        const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
        for (const auto each : hl7::split_batch(text)) {
            const auto message = hl7::parse(each);
            json line = {{"file", argv[i]}, {"at", each.data() - text.data()}, {"bytes", each.size()}};
            if (message) {
                line["ascii_delimiters"] =
                    message->encoding().delimiters.encoding_characters().substr(0, 4) == "^~\\&";
                line["one_line_each"] = message->warnings().empty();
                for (const auto& segment : message->segments()) line["segments"].push_back(leaves(segment));
            } else {
                line["refused"] = message.error().message();
            }
            std::cout << line.dump() << "\n";
        }
    }
    return 0;
}
