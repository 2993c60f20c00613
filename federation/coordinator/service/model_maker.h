#pragma once

// From the sums of a round to the next model: decoded, combined and applied by parts, so that beside the sums
// nothing as long as a model is held. The same inputs give the same file, bit for bit: a model that was made
// but not recorded before a crash is made again.

#include <huizhen/rounds/coordinator_round.h>
#include <huizhen/rpc/file_objects.h>

namespace huizhen::coordinator {

struct MadeModel {
    rounds::ObjectRef model;
    std::optional<rounds::ObjectRef> public_state;  // what sites are given beside the model
    std::optional<rounds::ObjectRef> kept_state;    // what stays here: FedAdam's moments
};

// Words of an upload of this round.
Result<std::uint64_t> words_of(const rounds::RoundSetup& setup, rpc::FileObjects& objects);

// `kept`: the state the iteration before left here. `work`: a folder on the objects' disk for files half
// made.
Result<MadeModel> make_model(const rounds::RoundSetup& setup, const std::vector<rounds::GroupSum>& sums,
                             const std::optional<Sha256Digest>& kept, rpc::FileObjects& objects,
                             const std::filesystem::path& work);

}  // namespace huizhen::coordinator
