#include <map>

#include <huizhen/base/file.h>
#include <huizhen/files/lock.h>
#include <huizhen/learning/tasks.h>
#include <huizhen/node/cases/case_store.h>
#include <huizhen/vault/keyed_hash.h>
#include <huizhen/vault/opener.h>
#include <huizhen/vault/sealer.h>

namespace huizhen::node {
namespace {

using learning::Case;
using learning::CaseSet;

constexpr std::string_view kContext = "huizhen cases ";

Marker marker_of(const vault::KeyRing& ring) {
    return [key = std::make_shared<vault::Key>(ring.derive("case marks"))](std::string_view kind,
                                                                           std::string_view identifier) {
        const auto hash = vault::keyed_hash(*key, {kind, identifier});
        learning::Mark mark;
        std::copy_n(hash.begin(), mark.size(), mark.begin());
        return mark;
    };
}

bool same_number(float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); }

bool same(const Case& a, const Case& b) {
    return a.patient == b.patient && a.fold == b.fold && a.side == b.side && a.hu == b.hu &&
           a.text == b.text &&
           std::equal(a.labels.begin(), a.labels.end(), b.labels.begin(), b.labels.end(), same_number) &&
           same_number(a.size_mm, b.size_mm) && same_number(a.spacing_mm, b.spacing_mm);
}

// What the import will have changed.
ImportCounts compare(const CaseSet& before, const CaseSet& incoming, ImportMode mode) {
    ImportCounts counts;
    std::map<learning::Mark, const Case*> there;
    for (const Case& one : before.cases) there.emplace(one.id, &one);
    for (const Case& one : incoming.cases) {
        const auto found = there.find(one.id);
        if (found == there.end()) {
            ++counts.added;
            continue;
        }
        ++(same(*found->second, one) ? counts.unchanged : counts.changed);
        there.erase(found);
    }
    if (mode == ImportMode::kReplace) counts.removed = there.size();
    return counts;
}

}  // namespace

std::filesystem::path CaseStore::file_of(std::string_view task) const {
    std::string name(task);
    std::replace(name.begin(), name.end(), '/', '-');
    return folder_ / (name + ".cases");
}

Result<CaseSet> CaseStore::load(std::string_view task) const {
    HZ_TRY(learning::heads_of(task));
    const auto sealed_bytes = read_file(file_of(task), vault::sealed_size(learning::kMaxCaseSetBytes));
    if (!sealed_bytes) {
        if (sealed_bytes.error().code() != ErrorCode::kNotFound) return fail(sealed_bytes.error());
        return fail(ErrorCode::kNotFound, "this node has no cases for " + std::string(task) +
                                              "; bring some with huizhen-node import");
    }
    const auto named = [&](const Error& error) {
        return fail(error.within(file_of(task).filename().string()));
    };
    const vault::BytesView sealed(reinterpret_cast<const std::uint8_t*>(sealed_bytes->data()),
                                  sealed_bytes->size());
    const auto plain = vault::open(ring_, vault::view_of(std::string(kContext) + std::string(task)), sealed,
                                   learning::kMaxCaseSetBytes);
    if (!plain) return named(plain.error());
    auto set = learning::decode_case_set(*plain);
    if (!set) return named(set.error());
    return set;
}

Result<ImportCounts> CaseStore::import(const Cohort& cohort, ImportMode mode) {
    if (cohort.cases.empty()) {
        return fail(ErrorCode::kInvalidArgument,
                    "there is no case with a label that counts; nothing was changed");
    }
    HZ_ASSIGN(const auto heads, learning::heads_of(cohort.task));
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (error)
        return fail(ErrorCode::kIo, "cannot make the folder " + folder_.string() + ": " + error.message());
    HZ_ASSIGN(const auto lock, files::ExclusiveLock::take(folder_ / "lock"));

    CaseSet before{cohort.task, {}};
    if (std::filesystem::exists(file_of(cohort.task))) {
        HZ_ASSIGN(before, load(cohort.task));
    }
    const CaseSet incoming = marked(cohort, marker_of(ring_));
    ImportCounts counts = compare(before, incoming, mode);
    CaseSet after = mode == ImportMode::kReplace ? CaseSet{cohort.task, {}} : std::move(before);
    after.cases.insert(after.cases.end(), incoming.cases.begin(), incoming.cases.end());
    put_in_order(after);
    counts.now = count_cases(after, heads.size());
    if (counts.added + counts.changed + counts.removed == 0) return counts;

    HZ_ASSIGN(const auto plain, encode(after));
    const auto sealed =
        vault::seal(ring_, vault::view_of(std::string(kContext) + cohort.task), plain, random_);
    HZ_TRY(write_file_atomically(file_of(cohort.task), std::as_bytes(std::span(sealed))));
    return counts;
}

}  // namespace huizhen::node
