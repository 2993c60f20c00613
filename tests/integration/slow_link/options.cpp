#include "options.h"

#include <charconv>
#include <optional>

#include <getopt.h>

namespace huizhen::slow_link {

const char* const kUsage =
    "Usage: slow_link [--rate 1mbit] [--delay 150ms] [--loss 2%] [--queue 64k] [--outage START:LENGTH]...\n"
    "                 [--seed 1] [--subnet 0] [--server COMMAND] [--report FILE] -- COMMAND [ARGUMENT...]\n"
    "Runs COMMAND in a network of its own, behind a slow line to 10.201.SUBNET.1 (it is .2). There the "
    "server\n"
    "listens: in a second network of its own with --server, else in the caller's. Rate, delay and loss are\n"
    "those of each direction. Ends as COMMAND does; 77 where the system does not let it make networks.\n";

namespace {

struct Unit {
    const char* name;
    double factor;
};

// "1.5mbit": a number and one of the units.
std::optional<double> number(std::string_view text, std::initializer_list<Unit> units) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    if (error != std::errc() || !(value >= 0) || value > 1e12) return std::nullopt;
    for (const Unit& known : units) {
        if (unit == known.name) return value * known.factor;
    }
    return std::nullopt;
}

std::optional<double> rate(std::string_view text) {
    return number(text, {{"bit", 1}, {"kbit", 1e3}, {"mbit", 1e6}, {"gbit", 1e9}});
}
std::optional<Time> duration(std::string_view text) {
    const auto seconds = number(text, {{"ms", 1e-3}, {"s", 1}, {"min", 60}});
    if (!seconds || *seconds > 1e6) return std::nullopt;
    return Time(static_cast<std::int64_t>(*seconds * 1e9));
}
std::optional<double> fraction(std::string_view text) {
    const auto percent = number(text, {{"%", 0.01}});
    return percent && *percent <= 1 ? percent : std::nullopt;
}
std::optional<double> bytes(std::string_view text) {
    return number(text, {{"", 1}, {"k", 1024}, {"m", 1 << 20}});
}
std::optional<Outage> outage(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto start = duration(text.substr(0, colon)), length = duration(text.substr(colon + 1));
    if (!start || !length) return std::nullopt;
    return Outage{*start, *length};
}

// False where `value` cannot be that option's.
bool take(int option, const char* value, Options& options) {
    const auto put = [](const auto& parsed, auto& place) {
        if (parsed) place = static_cast<std::remove_reference_t<decltype(place)>>(*parsed);
        return parsed.has_value();
    };
    switch (option) {
        case 'r': return put(rate(value), options.line.bits_per_second);
        case 'd': return put(duration(value), options.line.delay);
        case 'l': return put(fraction(value), options.line.loss);
        case 'q': return put(bytes(value), options.line.queue_bytes);
        case 's': return put(number(value, {{"", 1}}), options.line.seed);
        case 'n': return put(number(value, {{"", 1}}), options.subnet) && options.subnet <= 255;
        case 'o': {
            const auto parsed = outage(value);
            if (parsed) options.line.outages.push_back(*parsed);
            return parsed.has_value();
        }
        case 'c': options.server = value; return !options.server.empty();
        case 'f': options.report = value; return !options.report.empty();
        default: return false;
    }
}

}  // namespace

std::variant<Options, std::string> parse(int count, char** words) {
    static const option kLong[] = {
        {"rate", required_argument, nullptr, 'r'},   {"delay", required_argument, nullptr, 'd'},
        {"loss", required_argument, nullptr, 'l'},   {"queue", required_argument, nullptr, 'q'},
        {"outage", required_argument, nullptr, 'o'}, {"seed", required_argument, nullptr, 's'},
        {"subnet", required_argument, nullptr, 'n'}, {"server", required_argument, nullptr, 'c'},
        {"report", required_argument, nullptr, 'f'}, {nullptr, 0, nullptr, 0}};
    Options options;
    optind = 0;  // from the start, for whoever calls this twice
    opterr = 0;
    int index = 0;
    for (int found = 0; (found = getopt_long(count, words, "+", kLong, &index)) != -1;) {
        if (found == '?') return std::string("what is ") + words[optind - 1] + "?";
        if (!take(found, optarg, options)) {
            return std::string("--") + kLong[index].name + " " + optarg + ": it cannot be that";
        }
    }
    if (optind >= count) return std::string("no command");
    options.command = words + optind;
    return options;
}

}  // namespace huizhen::slow_link
