#include <charconv>

#include <huizhen/base/check.h>
#include <huizhen/base/file.h>
#include <huizhen/node/cohorts/csv.h>

namespace huizhen::node {
namespace {

// Reads records one after the other; the position is always at the start of a field or at the end.
class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {
        if (text_.starts_with("\xEF\xBB\xBF")) position_ = 3;
    }

    bool done() const { return position_ >= text_.size(); }
    std::size_t line() const { return line_; }

    Status read_record(std::vector<std::string>& fields) {
        const std::size_t first = fields.size();
        for (;;) {
            std::string field;
            HZ_TRY(read_field(field));
            fields.push_back(std::move(field));
            if (fields.size() - first > kMaxCsvColumns)
                return refuse("more columns than are read", ErrorCode::kLimitExceeded);
            if (done() || text_[position_] != ',') break;
            ++position_;
        }
        end_line();
        return {};
    }

  private:
    tl::unexpected<Error> refuse(const char* what, ErrorCode code = ErrorCode::kMalformedInput) const {
        return fail(code, "line " + std::to_string(line_) + ": " + what);
    }

    bool at_line_end() const { return done() || text_[position_] == '\n' || text_[position_] == '\r'; }

    void end_line() {
        if (!done() && text_[position_] == '\r') ++position_;
        if (!done() && text_[position_] == '\n') ++position_;
        ++line_;
    }

    Status read_field(std::string& field) {
        if (done() || text_[position_] != '"') {
            while (!at_line_end() && text_[position_] != ',') {
                if (text_[position_] == '"') return refuse("a quote inside an unquoted field");
                field += text_[position_++];
            }
            return {};
        }
        for (++position_;;) {
            if (done()) return refuse("a quoted field does not end");
            const char c = text_[position_++];
            if (c != '"') {
                line_ += c == '\n' ? 1 : 0;
                field += c;
            } else if (!done() && text_[position_] == '"') {
                field += text_[position_++];
            } else {
                break;
            }
        }
        if (!at_line_end() && text_[position_] != ',') return refuse("text after a closing quote");
        return {};
    }

    std::string_view text_;
    std::size_t position_ = 0;
    std::size_t line_ = 1;
};

}  // namespace

Result<std::size_t> CsvTable::column(std::string_view name) const {
    const auto found = std::find(columns_.begin(), columns_.end(), name);
    if (found == columns_.end()) {
        return fail(ErrorCode::kMalformedInput, "the table has no column \"" + std::string(name) + "\"");
    }
    return static_cast<std::size_t>(found - columns_.begin());
}

const std::string& CsvTable::at(std::size_t row, std::size_t column) const {
    HZ_CHECK(row < rows() && column < columns_.size(), "a field of the table");
    return fields_[row * columns_.size() + column];
}

std::optional<double> CsvTable::number(std::size_t row, std::size_t column) const {
    const std::string& text = at(row, column);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

Result<CsvTable> parse_csv(std::string_view text) {
    Reader reader(text);
    CsvTable table;
    if (reader.done()) return fail(ErrorCode::kMalformedInput, "the table is empty");
    HZ_TRY(reader.read_record(table.columns_));
    while (!reader.done()) {
        const std::size_t line = reader.line();
        const std::size_t before = table.fields_.size();
        HZ_TRY(reader.read_record(table.fields_));
        if (table.fields_.size() > kMaxCsvFields)
            return fail(ErrorCode::kLimitExceeded,
                        "line " + std::to_string(line) + ": more fields than are read");
        const std::size_t count = table.fields_.size() - before;
        if (count == 1 && table.columns_.size() > 1 && table.fields_.back().empty()) {
            table.fields_.pop_back();  // an empty line, as editors leave at the end
        } else if (count != table.columns_.size()) {
            return fail(ErrorCode::kMalformedInput,
                        "line " + std::to_string(line) + ": " + std::to_string(count) +
                            " fields where the header has " + std::to_string(table.columns_.size()));
        }
    }
    return table;
}

Result<CsvTable> read_csv(const std::filesystem::path& path) {
    HZ_ASSIGN(const auto bytes, read_file(path, kMaxCsvBytes));
    auto table = parse_csv({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (!table) return fail(table.error().within(path.filename().string()));
    return table;
}

}  // namespace huizhen::node
