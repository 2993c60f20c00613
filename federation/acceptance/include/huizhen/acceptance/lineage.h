#pragma once

// Where the models of one plan come from and what became of each, verified from the first record. Whoever
// holds the records and the signers' keys comes to the same states; nothing is ever changed, only added.
//
//   candidate -> shadow -> current <-> retired
//       |          |          ^ rolled back: a record of its own
//       +----------+--> rejected

#include <map>

#include <huizhen/acceptance/lineage_record.h>

namespace huizhen::acceptance {

enum class ModelState : std::uint8_t {
    kCandidate = 1,
    kShadow = 2,
    kCurrent = 3,
    kRetired = 4,
    kRejected = 5
};

std::string_view state_name(ModelState state);

// One thread at a time.
class Lineage {
  public:
    Lineage() = default;

    // kIntegrity: a record was changed, left out, put in or reordered; its number is named. kInvalidArgument:
    // an event that its model's state does not allow.
    static Result<Lineage> verify(std::span<const secagg::Bytes> records, const secagg::Directory& directory);

    // The same for one record more. On an error nothing is changed.
    Status append(secagg::BytesView record, const secagg::Directory& directory);

    // Whether append() would take it, its signature aside: to ask before one signs.
    Status allows(const LineageRecord& record) const;

    // A record to fill in: number, previous, and the parent of a model already known are set.
    LineageRecord next(Event event, const Sha256Digest& model) const;

    const std::vector<LineageRecord>& records() const { return records_; }
    Sha256Digest head() const { return digests_.empty() ? Sha256Digest{} : digests_.back(); }

    // What a site saw last is still there: a lineage that was cut short or begun anew is not an extension.
    // `number` records with this head; none is always contained.
    bool contains(std::uint64_t number, const Sha256Digest& head) const;

    std::optional<ModelState> state_of(const Sha256Digest& model) const;
    std::optional<Sha256Digest> current() const { return current_; }
    std::optional<Sha256Digest> shadow() const;  // the latest model in that state
    // The one that was current before, and still is retired: what a rollback goes back to.
    std::optional<Sha256Digest> former() const;
    // Once current, the latest first, none twice.
    std::vector<Sha256Digest> once_current() const;

  private:
    std::vector<LineageRecord> records_;
    std::vector<Sha256Digest> digests_;
    std::map<Sha256Digest, ModelState> states_;
    std::optional<Sha256Digest> current_;
};

}  // namespace huizhen::acceptance
