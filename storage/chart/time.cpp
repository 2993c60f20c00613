#include <huizhen/base/clock.h>
#include <huizhen/chart/time.h>

namespace huizhen::chart {

namespace {

// Takes digits and separators off the front of a text.
class Reader {
  public:
    explicit Reader(std::string_view text) : rest_(text) {}

    std::optional<int> digits(std::size_t count) {
        if (rest_.size() < count) return std::nullopt;
        int number = 0;
        for (const char c : rest_.substr(0, count)) {
            if (c < '0' || c > '9') return std::nullopt;
            number = 10 * number + (c - '0');
        }
        rest_.remove_prefix(count);
        return number;
    }
    bool skip(char c) {
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool at_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
    void skip_digits() {
        while (at_digit()) rest_.remove_prefix(1);
    }
    bool done() const { return rest_.empty(); }

  private:
    std::string_view rest_;
};

struct Fields {
    int year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0;
    Precision precision = Precision::kYear;
    std::optional<std::chrono::seconds> zone;
};

// Z, +HH:MM, +HHMM or +HH; false where something else is left.
bool read_zone(Reader& text, Fields& fields) {
    if (text.done()) return true;
    if (text.skip('Z')) {
        fields.zone = std::chrono::seconds(0);
        return text.done();
    }
    const bool west = text.skip('-');
    if (!west && !text.skip('+')) return false;
    const auto hours = text.digits(2);
    if (!hours || *hours > 14) return false;
    int minutes = 0;
    if (!text.done()) {
        text.skip(':');
        const auto read = text.digits(2);
        if (!read || *read > 59) return false;
        minutes = *read;
    }
    const std::chrono::seconds offset = std::chrono::hours(*hours) + std::chrono::minutes(minutes);
    fields.zone = west ? -offset : offset;
    return text.done();
}

std::optional<Time> to_time(const Fields& fields, std::chrono::seconds without_zone) {
    using namespace std::chrono;
    const year_month_day date(year(fields.year), month(static_cast<unsigned>(fields.month)),
                              day(static_cast<unsigned>(fields.day)));
    // 60 is a leap second.
    if (fields.year < 1 || !date.ok() || fields.hour > 23 || fields.minute > 59 || fields.second > 60) {
        return std::nullopt;
    }
    auto start =
        sys_seconds(sys_days(date)) + hours(fields.hour) + minutes(fields.minute) + seconds(fields.second);
    // A day is a day wherever it is: only times of the day have a zone.
    if (fields.precision >= Precision::kMinute) start -= fields.zone.value_or(-without_zone);
    return Time{start, fields.precision};
}

}  // namespace

std::string to_text(const Time& time) {
    const std::string whole = to_iso8601(time.start);
    switch (time.precision) {
        case Precision::kYear: return whole.substr(0, 4);
        case Precision::kMonth: return whole.substr(0, 7);
        case Precision::kDay: return whole.substr(0, 10);
        case Precision::kMinute: return whole.substr(0, 16) + "Z";
        case Precision::kSecond: break;
    }
    return whole;
}

std::optional<Time> read_iso_time(std::string_view text, std::chrono::seconds without_zone) {
    Reader reader(text);
    Fields fields;
    const auto take = [&](std::size_t count, int& into, Precision precision) {
        const auto read = reader.digits(count);
        if (!read) return false;
        into = *read;
        fields.precision = precision;
        return true;
    };
    if (!take(4, fields.year, Precision::kYear)) return std::nullopt;
    if (reader.done()) return to_time(fields, without_zone);
    if (!reader.skip('-') || !take(2, fields.month, Precision::kMonth)) return std::nullopt;
    if (reader.done()) return to_time(fields, without_zone);
    if (!reader.skip('-') || !take(2, fields.day, Precision::kDay)) return std::nullopt;
    if (reader.done()) return to_time(fields, without_zone);
    if (!(reader.skip('T') || reader.skip(' ')) || !take(2, fields.hour, Precision::kMinute))
        return std::nullopt;
    if (!reader.skip(':') || !take(2, fields.minute, Precision::kMinute)) return std::nullopt;
    if (reader.skip(':') && !take(2, fields.second, Precision::kSecond)) return std::nullopt;
    if (reader.skip('.')) reader.skip_digits();
    if (!read_zone(reader, fields)) return std::nullopt;
    return to_time(fields, without_zone);
}

std::optional<Time> read_packed_time(std::string_view text, std::chrono::seconds without_zone) {
    Reader reader(text);
    Fields fields;
    const std::pair<int*, Precision> parts[] = {
        {&fields.month, Precision::kMonth},   {&fields.day, Precision::kDay},
        {&fields.hour, Precision::kMinute},   {&fields.minute, Precision::kMinute},
        {&fields.second, Precision::kSecond},
    };
    const auto year = reader.digits(4);
    if (!year) return std::nullopt;
    fields.year = *year;
    for (const auto& [into, precision] : parts) {
        if (!reader.at_digit()) break;
        const auto read = reader.digits(2);
        if (!read) return std::nullopt;
        *into = *read;
        fields.precision = precision;
    }
    if (fields.precision == Precision::kSecond && reader.skip('.')) reader.skip_digits();
    if (!read_zone(reader, fields)) return std::nullopt;
    return to_time(fields, without_zone);
}

}  // namespace huizhen::chart
