#include <huizhen/hl7/batch.h>
#include <huizhen/hl7/delimiters.h>

namespace huizhen::hl7 {
namespace {

bool is_frame(std::string_view line) {
    for (const std::string_view name : {"FHS", "BHS", "BTS", "FTS"}) {
        if (line.starts_with(name) &&
            (line.size() == 3 || !((line[3] >= 'A' && line[3] <= 'Z') || line[3] == ' ')))
            return true;
    }
    return false;
}

}  // namespace

std::vector<std::string_view> split_batch(std::string_view bytes) {
    std::vector<std::string_view> messages;
    if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
    std::size_t start = std::string_view::npos;
    const auto close = [&](std::size_t end) {
        if (start != std::string_view::npos && messages.size() < kMaxBatchMessages)
            messages.push_back(bytes.substr(start, end - start));
        start = std::string_view::npos;
    };
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t end = std::min(bytes.find_first_of("\r\n\x0B\x1C", at), bytes.size());
        const std::string_view line = bytes.substr(at, end - at);
        if (line.starts_with("MSH") && line.size() > 3 && Delimiters::of(line)) {
            close(at);
            start = at;
        } else if (is_frame(line)) {
            close(at);
        }
        at = end + 1;
    }
    close(bytes.size());
    return messages;
}

}  // namespace huizhen::hl7
