#include <algorithm>

#include <huizhen/base/check.h>
#include <huizhen/identity/invitation.h>
#include <huizhen/identity/refusal.h>

#include "base32.h"

namespace huizhen::identity {

namespace {

constexpr std::string_view kPrefix = "hz1-";
constexpr std::size_t kGroup = 7, kCheckBytes = 4, kMaxTextBytes = 2048;

// In GF(32) = GF(2)[x] / (x^5 + x^2 + 1), where x generates every non-zero element.
std::uint8_t times_x(std::uint8_t a) {
    return static_cast<std::uint8_t>((a << 1 & 31) ^ ((a & 16) != 0 ? 5 : 0));
}

// The sum of x^i s_i, and the group's number: no two symbols may change places unnoticed, and none change.
std::uint8_t check_of(std::span<const std::uint8_t> group, std::size_t number) {
    std::uint8_t sum = 0;
    for (std::size_t i = group.size(); i > 0; --i) sum = times_x(sum ^ group[i - 1]);
    return static_cast<std::uint8_t>(sum ^ (number & 31));
}

// The symbols' memory held a secret.
struct WipedSymbols {
    std::vector<std::uint8_t> list;
    ~WipedSymbols() { wipe(list); }
};

Sha256Digest check_sum(BytesView body) {
    constexpr std::string_view kPurpose = "huizhen invitation 1";
    Sha256 hash;
    hash.update(std::as_bytes(std::span(kPurpose)));
    hash.update(std::as_bytes(body));
    return hash.finish();
}

void put_short(std::vector<std::uint8_t>& out, std::string_view text) {
    HZ_CHECK(text.size() <= 255, "a short text");
    out.push_back(static_cast<std::uint8_t>(text.size()));
    out.insert(out.end(), text.begin(), text.end());
}

// The symbols behind the prefix, groups checked and without their checks.
Result<std::vector<std::uint8_t>> data_symbols(std::string_view text) {
    WipedSymbols all, data;
    all.list.reserve(text.size());  // so that no copy of it stays behind
    data.list.reserve(text.size());
    for (const char c : text) {
        if (c == '-' || c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
        const auto symbol = symbol_of(c);
        if (!symbol) {
            return refusal::kInvitationMistyped.because("group " +
                                                        std::to_string(all.list.size() / (kGroup + 1) + 1) +
                                                        " has a character that no invitation has");
        }
        all.list.push_back(*symbol);
    }
    for (std::size_t at = 0, number = 1; at < all.list.size(); at += kGroup + 1, ++number) {
        const auto group = std::span(all.list).subspan(at, std::min(kGroup + 1, all.list.size() - at));
        const auto values = group.first(group.size() - 1);
        if (check_of(values, number) != group.back()) {
            return refusal::kInvitationMistyped.because(
                "look at group " + std::to_string(number) + " of " +
                std::to_string((all.list.size() + kGroup) / (kGroup + 1)));
        }
        data.list.insert(data.list.end(), values.begin(), values.end());
    }
    return std::move(data.list);
}

// Reads the bytes before the check sum, which was right.
class Fields {
  public:
    explicit Fields(BytesView rest) : rest_(rest) {}
    std::optional<BytesView> take(std::size_t size) {
        if (rest_.size() < size) return std::nullopt;
        const BytesView field = rest_.first(size);
        rest_ = rest_.subspan(size);
        return field;
    }
    std::optional<std::string> short_text() {
        const auto size = take(1);
        const auto text = size ? take(size->front()) : std::nullopt;
        if (!text) return std::nullopt;
        return std::string(text->begin(), text->end());
    }
    bool done() const { return rest_.empty(); }

  private:
    BytesView rest_;
};

std::optional<Invitation> invitation_of(BytesView body) {
    Fields fields(body);
    Invitation invitation;
    const auto role = fields.take(1);
    auto coordinator = fields.short_text();
    auto name = coordinator ? fields.short_text() : std::nullopt;
    const auto root = name ? fields.take(32) : std::nullopt;
    const auto secret = root ? fields.take(16) : std::nullopt;
    if (!secret || !fields.done() || coordinator->empty() || !check_name(*name) ||
        (role->front() != static_cast<std::uint8_t>(Role::kSite) &&
         role->front() != static_cast<std::uint8_t>(Role::kOperator))) {
        return std::nullopt;
    }
    invitation.role = static_cast<Role>(role->front());
    invitation.coordinator = std::move(*coordinator);
    invitation.name = std::move(*name);
    std::copy(root->begin(), root->end(), invitation.root.begin());
    std::copy(secret->begin(), secret->end(), invitation.secret.mutable_bytes().begin());
    return invitation;
}

}  // namespace

SecretText invitation_text(const Invitation& invitation) {
    WipedSymbols body;
    body.list.reserve(1024);
    body.list.push_back(static_cast<std::uint8_t>(invitation.role));
    put_short(body.list, invitation.coordinator);
    put_short(body.list, invitation.name);
    body.list.insert(body.list.end(), invitation.root.begin(), invitation.root.end());
    const auto secret = invitation.secret.bytes();
    body.list.insert(body.list.end(), secret.begin(), secret.end());
    const Sha256Digest sum = check_sum(body.list);
    body.list.insert(body.list.end(), sum.begin(), sum.begin() + kCheckBytes);

    const WipedSymbols symbols{symbols_of(body.list)};
    WipedSymbols text{{kPrefix.begin(), kPrefix.end()}};
    text.list.reserve(kMaxTextBytes);
    for (std::size_t at = 0, number = 1; at < symbols.list.size(); at += kGroup, ++number) {
        const auto group = std::span(symbols.list).subspan(at, std::min(kGroup, symbols.list.size() - at));
        if (at > 0) text.list.push_back('-');
        for (const std::uint8_t symbol : group)
            text.list.push_back(static_cast<std::uint8_t>(kBase32[symbol]));
        text.list.push_back(static_cast<std::uint8_t>(kBase32[check_of(group, number)]));
    }
    return SecretText({reinterpret_cast<const char*>(text.list.data()), text.list.size()});
}

Result<Invitation> read_invitation(std::string_view text) {
    if (text.size() > kMaxTextBytes) return refusal::kInvitationMistyped.because("far too long");
    while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    std::string prefix(text.substr(0, kPrefix.size()));
    std::transform(prefix.begin(), prefix.end(), prefix.begin(), lower);
    if (prefix != kPrefix) {
        if (prefix.size() == 4 && prefix.starts_with("hz") && prefix[2] >= '2' && prefix[2] <= '9' &&
            prefix[3] == '-') {
            return refusal::kInvitationTooNew.because("this program reads invitations that begin with hz1-");
        }
        return refusal::kInvitationMistyped.because("an invitation begins with hz1-");
    }
    WipedSymbols symbols;
    HZ_ASSIGN(symbols.list, data_symbols(text.substr(kPrefix.size())));
    auto bytes = bytes_of_symbols(symbols.list);
    WipedSymbols body{bytes ? std::move(*bytes) : Bytes()};
    if (body.list.size() > kCheckBytes) {
        const auto fields = std::span(body.list).first(body.list.size() - kCheckBytes);
        const Sha256Digest sum = check_sum(fields);
        if (std::equal(sum.begin(), sum.begin() + kCheckBytes, fields.end())) {
            if (auto invitation = invitation_of(fields)) return std::move(*invitation);
            return refusal::kInvitationTooNew.because("its contents are not what this program knows");
        }
    }
    return refusal::kInvitationMistyped.because("a part is missing or there twice");
}

}  // namespace huizhen::identity
