#include <huizhen/base/file.h>
#include <huizhen/record_codes/code_systems.h>
#include <huizhen/record_codes/code_table.h>
#include <huizhen/record_text/character_set.h>

namespace huizhen::records {
namespace {

constexpr std::size_t kColumns = 6;

std::vector<std::string> fields_of(std::string_view line) {
    std::vector<std::string> fields;
    for (;;) {
        const std::size_t end = line.find('\t');
        std::string_view field = line.substr(0, end);
        while (field.starts_with(' ')) field.remove_prefix(1);
        while (field.ends_with(' ')) field.remove_suffix(1);
        fields.emplace_back(field);
        if (end == std::string_view::npos) return fields;
        line.remove_prefix(end + 1);
    }
}

}  // namespace

Result<CodeTable> CodeTable::parse(std::string_view text, std::string_view name) {
    CodeTable table;
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto refuse = [&](const char* why, ErrorCode code = ErrorCode::kMalformedInput) {
            return fail(code, "code-table: " + std::string(name) + ":" + std::to_string(number) + ": " + why);
        };
        if (number > kMaxCodeTableLines) return refuse("more lines than are read", ErrorCode::kLimitExceeded);
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() || line.starts_with('#')) continue;
        if (!is_utf8_text(line)) return refuse("not UTF-8");
        auto fields = fields_of(line);
        if (fields.size() + 1 == kColumns) fields.emplace_back();
        if (fields.size() != kColumns)
            return refuse("must be: source, system, code, to system, to code, display; with tabs between");
        if (fields[2].empty() || fields[3].empty() || fields[4].empty())
            return refuse("code, to system and to code must not be empty");
        table.meanings_.emplace(Key(fields[0], code_system_uri(fields[1]), fields[2]),
                                chart::Code{code_system_uri(fields[3]), fields[4], fields[5]});
    }
    return table;
}

Result<CodeTable> CodeTable::read(const std::filesystem::path& path) {
    HZ_ASSIGN(const auto bytes, read_file(path, kMaxCodeTableBytes));
    return parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.filename().string());
}

void CodeTable::add_to(chart::Concept& concept_, std::string_view source) const {
    const std::size_t own = concept_.codes.size();
    for (std::size_t i = 0; i < own; ++i) {
        const std::string system = concept_.codes[i].system, code = concept_.codes[i].code;
        for (const std::string_view from : {source, std::string_view()}) {
            const auto [begin, end] = meanings_.equal_range(Key(from, system, code));
            for (auto meaning = begin; meaning != end; ++meaning) {
                const bool there =
                    std::any_of(concept_.codes.begin(), concept_.codes.end(), [&](const chart::Code& known) {
                        return known.system == meaning->second.system && known.code == meaning->second.code;
                    });
                if (!there) concept_.codes.push_back(meaning->second);
            }
            if (begin != end || source.empty())
                break;  // what is said of this sender goes before what is of all
        }
    }
}

}  // namespace huizhen::records
