#include "said.h"

#include <huizhen/rpc/round_codec.h>

namespace huizhen::coordinator::simulation {
namespace {

class Writer {
  public:
    void operator()(const rounds::Send& send) {
        for (const rounds::SiteId& site : send.sites) text(site.str());
        message(send.message);
    }
    void operator()(const rounds::Aggregate& aggregate) { digest(aggregate.model.digest); }
    void operator()(const rounds::Finished& finished) { bytes(rpc::encode(finished.result)); }

    void operator()(const rounds::Reply& reply) { message(reply.message); }
    void operator()(const rounds::Fetch& fetch) { digest(fetch.object.digest); }
    void operator()(const rounds::TrainAndMask& job) {
        digest(job.training_seed);
        bytes(job.secrets->noise_seed.bytes());
        text(std::to_string(job.roster_sites) + ' ' + std::to_string(job.noise_stddev));
    }
    void operator()(const rounds::PutObject& put) { digest(put.object.digest); }
    void operator()(const rounds::Evaluate& evaluate) { digest(evaluate.candidate.candidate.digest); }
    void operator()(const rounds::Charge& charge) { text(std::to_string(charge.entry.round)); }
    void operator()(const rounds::StopJob&) { text("stop"); }
    void operator()(const rounds::Concluded& concluded) {
        bytes(rpc::encode(concluded.outcome));
        text(concluded.included ? "in" : "out");
    }

    void kind(std::size_t index) { text(std::to_string(index)); }
    Sha256Digest finish() { return hash_.finish(); }

  private:
    void message(const rounds::Message& message) { bytes(rpc::encode_round_message(message).body); }
    void digest(const Sha256Digest& digest) { bytes(digest); }
    void bytes(std::span<const std::uint8_t> bytes) {
        const std::uint64_t size = bytes.size();
        hash_.update(std::as_bytes(std::span(&size, 1)));
        hash_.update(std::as_bytes(bytes));
    }
    void text(std::string_view text) {
        bytes({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    }

    Sha256 hash_;
};

template <typename Output>
Sha256Digest digest_of_all(const std::vector<Output>& outputs) {
    Writer writer;
    for (const Output& output : outputs) {
        writer.kind(output.index());
        std::visit(writer, output);
    }
    return writer.finish();
}

}  // namespace

Sha256Digest digest_of(const std::vector<rounds::CoordinatorOutput>& outputs) {
    return digest_of_all(outputs);
}
Sha256Digest digest_of(const std::vector<rounds::SiteOutput>& outputs) { return digest_of_all(outputs); }

}  // namespace huizhen::coordinator::simulation
