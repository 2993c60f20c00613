#include <bit>
#include <cstring>
#include <set>

#include <huizhen/base/check.h>
#include <huizhen/learning/case_set.h>

namespace huizhen::learning {
namespace {

constexpr char kMagic[] = "HZCASES";
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kMaxTaskBytes = 256;
static_assert(std::endian::native == std::endian::little);

class Out {
  public:
    template <typename T>
    void put(T value) {
        put_bytes(&value, sizeof value);
    }
    void put_bytes(const void* from, std::size_t count) {
        const auto* bytes = static_cast<const std::uint8_t*>(from);
        bytes_.insert(bytes_.end(), bytes, bytes + count);
    }
    std::vector<std::uint8_t> take() { return std::move(bytes_); }

  private:
    std::vector<std::uint8_t> bytes_;
};

class In {
  public:
    explicit In(std::span<const std::uint8_t> bytes) : left_(bytes) {}

    template <typename T>
    Result<T> get() {
        T value;
        HZ_TRY(get_bytes(&value, sizeof value));
        return value;
    }
    Status get_bytes(void* into, std::size_t count) {
        if (left_.size() < count) return fail(ErrorCode::kMalformedInput, "the case set is cut short");
        if (count > 0) std::memcpy(into, left_.data(), count);
        left_ = left_.subspan(count);
        return {};
    }
    std::size_t left() const { return left_.size(); }

  private:
    std::span<const std::uint8_t> left_;
};

Error too_much(const char* what) {
    return {ErrorCode::kLimitExceeded, std::string("the case set has too many or too large ") + what};
}

Error impossible(const char* what) {
    return {ErrorCode::kMalformedInput, std::string("the case set has an impossible ") + what};
}

Result<Case> read_case(In& in) {
    Case one;
    HZ_TRY(in.get_bytes(one.id.data(), one.id.size()));
    HZ_TRY(in.get_bytes(one.patient.data(), one.patient.size()));
    HZ_ASSIGN(one.fold, in.get<std::uint8_t>());
    if (one.fold >= kFolds) return fail(impossible("fold"));
    HZ_ASSIGN(const std::uint8_t labels, in.get<std::uint8_t>());
    if (labels > kMaxLabels) return fail(too_much("labels"));
    for (int k = 0; k < labels; ++k) {
        HZ_ASSIGN(const float label, in.get<float>());
        if (!std::isnan(label) && label != 0 && label != 1) return fail(impossible("label"));
        one.labels.push_back(std::isnan(label) ? kUnknown : label);
    }
    HZ_ASSIGN(one.size_mm, in.get<float>());
    HZ_ASSIGN(one.spacing_mm, in.get<float>());
    if (!std::isfinite(one.spacing_mm) || std::isinf(one.size_mm)) return fail(impossible("size"));
    HZ_ASSIGN(one.side, in.get<std::uint16_t>());
    const auto side = static_cast<std::size_t>(one.side);
    if (side > kMaxSide) return fail(too_much("pictures"));
    if (in.left() < side * side * sizeof(std::int16_t)) return fail(impossible("picture"));
    one.hu.resize(side * side);
    HZ_TRY(in.get_bytes(one.hu.data(), one.hu.size() * sizeof(std::int16_t)));
    HZ_ASSIGN(const std::uint32_t text, in.get<std::uint32_t>());
    if (text > kMaxTextBytes) return fail(too_much("texts"));
    if (in.left() < text) return fail(impossible("text"));
    one.text.resize(text);
    HZ_TRY(in.get_bytes(one.text.data(), text));
    return one;
}

}  // namespace

CaseCounts count_cases(const CaseSet& set, std::size_t heads, int held_out_fold) {
    CaseCounts counts;
    counts.known.resize(heads);
    counts.positives.resize(heads);
    std::set<Mark> patients, held_out;
    for (const Case& one : set.cases) {
        ++counts.cases;
        patients.insert(one.patient);
        if (one.fold == held_out_fold) {
            ++counts.held_out_cases;
            held_out.insert(one.patient);
        }
        for (std::size_t head = 0; head < std::min(heads, one.labels.size()); ++head) {
            counts.known[head] += std::isnan(one.labels[head]) ? 0 : 1;
            counts.positives[head] += one.labels[head] == 1 ? 1 : 0;
        }
    }
    counts.patients = patients.size();
    counts.held_out_patients = held_out.size();
    return counts;
}

void put_in_order(CaseSet& set) {
    std::vector<Case>& cases = set.cases;
    std::reverse(cases.begin(), cases.end());
    std::stable_sort(cases.begin(), cases.end(), [](const Case& a, const Case& b) { return a.id < b.id; });
    cases.erase(
        std::unique(cases.begin(), cases.end(), [](const Case& a, const Case& b) { return a.id == b.id; }),
        cases.end());
}

Result<std::vector<std::uint8_t>> encode(const CaseSet& set) {
    if (set.cases.size() > kMaxCases) return fail(too_much("cases"));
    HZ_CHECK(set.task.size() <= kMaxTaskBytes, "a task's name is short");
    Out out;
    out.put_bytes(kMagic, sizeof kMagic - 1);
    out.put(kVersion);
    out.put(static_cast<std::uint16_t>(set.task.size()));
    out.put_bytes(set.task.data(), set.task.size());
    out.put(static_cast<std::uint32_t>(set.cases.size()));
    const Case* before = nullptr;
    for (const Case& one : set.cases) {
        HZ_CHECK(before == nullptr || before->id < one.id, "cases are in order");
        before = &one;
        const auto side = static_cast<std::size_t>(one.side);
        HZ_CHECK(one.side >= 0 && one.hu.size() == side * side && one.fold >= 0 && one.fold < kFolds,
                 "a case is whole");
        if (one.labels.size() > kMaxLabels) return fail(too_much("labels"));
        if (side > kMaxSide) return fail(too_much("pictures"));
        if (one.text.size() > kMaxTextBytes) return fail(too_much("texts"));
        out.put_bytes(one.id.data(), one.id.size());
        out.put_bytes(one.patient.data(), one.patient.size());
        out.put(static_cast<std::uint8_t>(one.fold));
        out.put(static_cast<std::uint8_t>(one.labels.size()));
        for (const float label : one.labels) out.put(label);
        out.put(one.size_mm);
        out.put(one.spacing_mm);
        out.put(static_cast<std::uint16_t>(side));
        out.put_bytes(one.hu.data(), one.hu.size() * sizeof(std::int16_t));
        out.put(static_cast<std::uint32_t>(one.text.size()));
        out.put_bytes(one.text.data(), one.text.size());
    }
    auto bytes = out.take();
    if (bytes.size() > kMaxCaseSetBytes) return fail(too_much("cases"));
    return bytes;
}

Result<CaseSet> decode_case_set(std::span<const std::uint8_t> bytes) {
    In in(bytes);
    char magic[sizeof kMagic - 1];
    HZ_TRY(in.get_bytes(magic, sizeof magic));
    if (std::memcmp(magic, kMagic, sizeof magic) != 0) {
        return fail(ErrorCode::kMalformedInput, "this is no case set");
    }
    HZ_ASSIGN(const std::uint8_t version, in.get<std::uint8_t>());
    if (version != kVersion) return fail(ErrorCode::kUnsupported, "the case set is of a newer version");
    CaseSet set;
    HZ_ASSIGN(const std::uint16_t task, in.get<std::uint16_t>());
    if (task > kMaxTaskBytes) return fail(too_much("names"));
    set.task.resize(task);
    HZ_TRY(in.get_bytes(set.task.data(), task));
    HZ_ASSIGN(const std::uint32_t count, in.get<std::uint32_t>());
    if (count > kMaxCases) return fail(too_much("cases"));
    for (std::uint32_t k = 0; k < count; ++k) {
        HZ_ASSIGN(Case one, read_case(in));
        if (k > 0 && !(set.cases.back().id < one.id)) return fail(impossible("order"));
        set.cases.push_back(std::move(one));
    }
    if (in.left() > 0) return fail(impossible("end"));
    return set;
}

}  // namespace huizhen::learning
