#include "model_maker.h"

#include <system_error>

#include <huizhen/aggregation/robust/rule.h>
#include <huizhen/aggregation/server_step.h>
#include <huizhen/compression/update_codec.h>
#include <huizhen/exchange/exchange.h>
#include <huizhen/model_file/model_file.h>

namespace huizhen::coordinator {
namespace {

namespace fs = std::filesystem;
using aggregation::AppendPart;
using aggregation::ReadPart;
using aggregation::Strategy;
using model_file::ModelHeader;
using model_file::ModelReader;
using model_file::ModelWriter;

AppendPart into(ModelWriter& writer) {
    return [&writer](std::span<const float> values) { return writer.append(values); };
}

// A tensor of a file, as a vector of its own.
Result<ReadPart> tensor_of(const ModelReader& reader, std::string_view name) {
    std::uint64_t first = 0;
    for (const model_file::TensorEntry& tensor : reader.header().tensors) {
        if (tensor.name == name) {
            return ReadPart([&reader, first](std::uint64_t at, std::span<float> values) {
                return reader.read(first + at, values);
            });
        }
        first += tensor.count();
    }
    return fail(ErrorCode::kMalformedInput, "state-malformed: the state holds no " + std::string(name));
}

Status for_each_part(std::uint64_t values, const ReadPart& read, const AppendPart& append) {
    std::vector<float> part(std::min<std::uint64_t>(values, aggregation::kPartValues));
    for (std::uint64_t at = 0; at < values; at += part.size()) {
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(part.size(), values - at));
        const std::span<float> view(part.data(), count);
        HZ_TRY(read(at, view));
        HZ_TRY(append(view));
    }
    return {};
}

// One round's making: what is read, and the files that are half made.
class Making {
  public:
    Making(const rounds::RoundSetup& setup, const std::vector<rounds::GroupSum>& sums,
           rpc::FileObjects& objects, const fs::path& work)
        : setup_(setup), sums_(sums), objects_(objects), work_(work / (setup.plan.id.str() + ".making")) {}
    ~Making() {
        std::error_code ignored;
        fs::remove_all(work_, ignored);
    }

    Result<MadeModel> run(const std::optional<Sha256Digest>& kept) {
        std::error_code error;
        fs::create_directories(work_, error);
        if (error) return fail(ErrorCode::kIo, "cannot make " + work_.string() + ": " + error.message());
        HZ_ASSIGN(ModelReader model, ModelReader::open(objects_.path_of(setup_.model.digest)));
        HZ_ASSIGN(const Strategy strategy, exchange::strategy_of(setup_.plan, model.header()));
        std::optional<ModelReader> state;
        if (setup_.state) {
            HZ_ASSIGN(state, ModelReader::open(objects_.path_of(setup_.state->digest)));
        }
        HZ_ASSIGN(const auto last_mean,
                  exchange::last_mean_of(setup_.plan, state ? &*state : nullptr, strategy.upload_values()));
        HZ_ASSIGN(const compression::UpdateCodec codec,
                  compression::UpdateCodec::make(exchange::codec_of(setup_.plan, setup_.invited.size()),
                                                 strategy.upload_values(),
                                                 {setup_.plan.id.str(), setup_.number, last_mean}));
        std::optional<ModelReader> combined;
        HZ_ASSIGN(const ReadPart mean, mean_of(codec, combined));
        return write(strategy, model, state ? &*state : nullptr, kept, mean);
    }

  private:
    Result<ReadPart> mean_of(const compression::UpdateCodec& codec, std::optional<ModelReader>& combined) {
        std::vector<ReadPart> groups;
        for (const rounds::GroupSum& sum : sums_) {
            HZ_ASSIGN(const auto tally,
                      codec.tally(sum.words, static_cast<std::uint32_t>(sum.included.size())));
            groups.emplace_back(
                [&codec, tally, words = sum.words](std::uint64_t at, std::span<float> values) {
                    codec.mean(words, tally, at, values);
                    return Status();
                });
        }
        if (groups.empty()) return fail(ErrorCode::kInvalidArgument, "no-sum: there is nothing to aggregate");
        if (groups.size() == 1) return groups.front();
        ModelHeader header;
        header.task = "mean";
        header.tensors = {
            {"mean", {static_cast<std::int64_t>(codec.values())}, model_file::TensorKind::kWeight}};
        HZ_ASSIGN(ModelWriter writer, ModelWriter::create(work_ / "mean", header));
        const auto robust = exchange::robust_of(setup_.plan, static_cast<std::uint32_t>(groups.size()));
        HZ_TRY(aggregation::combine(robust, groups, codec.values(), into(writer)));
        HZ_TRY(writer.finish());
        HZ_ASSIGN(combined, ModelReader::open(work_ / "mean"));
        return ReadPart([&reader = *combined](std::uint64_t at, std::span<float> values) {
            return reader.read(at, values);
        });
    }

    Result<MadeModel> write(const Strategy& strategy, const ModelReader& model, const ModelReader* state,
                            const std::optional<Sha256Digest>& kept_digest, const ReadPart& mean) {
        std::optional<ModelReader> kept;
        if (kept_digest) {
            HZ_ASSIGN(kept, ModelReader::open(objects_.path_of(*kept_digest)));
        }
        const ModelReader* old_state = strategy.has_control() ? state : (kept ? &*kept : nullptr);

        ModelHeader next = model.header();
        next.notes = {{"huizhen.parent", to_hex(setup_.model.digest)},
                      {"huizhen.plan", setup_.plan.id.str()},
                      {"huizhen.iteration", std::to_string(setup_.iteration)}};
        HZ_ASSIGN(ModelWriter writer, ModelWriter::create(work_ / "model", next));

        aggregation::ServerStreams streams;
        streams.model = [&model](std::uint64_t at, std::span<float> values) {
            return model.read(at, values);
        };
        streams.mean = mean;
        streams.next_model = into(writer);
        std::vector<ModelWriter> vectors;
        vectors.reserve(strategy.state().size());
        for (const aggregation::StateVector& vector : strategy.state()) {
            aggregation::StateStream stream;
            if (old_state != nullptr) {
                HZ_ASSIGN(stream.read, tensor_of(*old_state, vector.name));
            }
            HZ_ASSIGN(ModelWriter own, create_vector(vector.name, strategy.model_values()));
            vectors.push_back(std::move(own));
            stream.append = into(vectors.back());
            streams.state.push_back(std::move(stream));
        }
        HZ_TRY(aggregation::step_server(strategy, streams, participation()));
        MadeModel made;
        HZ_ASSIGN(made.model, take_in(writer, work_ / "model"));
        for (ModelWriter& vector : vectors) HZ_TRY(vector.finish());
        HZ_TRY(write_states(strategy, mean, made));
        return made;
    }

    // SCAFFOLD: of all sites of the plan, those in the mean.
    double participation() const {
        std::size_t included = 0;
        for (const rounds::GroupSum& sum : sums_) included += sum.included.size();
        return static_cast<double>(included) / static_cast<double>(setup_.plan.invited.size());
    }

    Result<ModelWriter> create_vector(std::string_view name, std::uint64_t values) {
        ModelHeader header;
        header.task = "vector";
        header.tensors = {
            {std::string(name), {static_cast<std::int64_t>(values)}, model_file::TensorKind::kWeight}};
        return ModelWriter::create(work_ / name, header);
    }

    Status write_states(const Strategy& strategy, const ReadPart& mean, MadeModel& made) {
        std::vector<std::pair<std::string, std::uint64_t>> to_sites, kept;
        for (const aggregation::StateVector& vector : strategy.state())
            (strategy.has_control() ? to_sites : kept).emplace_back(vector.name, strategy.model_values());
        if (exchange::is_sparse(setup_.plan)) {
            HZ_ASSIGN(ModelWriter writer, create_vector(exchange::kLastMean, strategy.upload_values()));
            HZ_TRY(for_each_part(strategy.upload_values(), mean, into(writer)));
            HZ_TRY(writer.finish());
            to_sites.emplace_back(exchange::kLastMean, strategy.upload_values());
        }
        if (!to_sites.empty()) {
            HZ_ASSIGN(made.public_state, join("to-sites", to_sites));
        }
        if (!kept.empty()) {
            HZ_ASSIGN(made.kept_state, join("kept", kept));
        }
        return {};
    }

    // The vectors that were written one a file, in one.
    Result<rounds::ObjectRef> join(const fs::path& name,
                                   const std::vector<std::pair<std::string, std::uint64_t>>& vectors) {
        ModelHeader header;
        header.task = std::string(exchange::kStateTask);
        header.notes = {{"huizhen.plan", setup_.plan.id.str()},
                        {"huizhen.iteration", std::to_string(setup_.iteration)}};
        for (const auto& [vector, values] : vectors)
            header.tensors.push_back(
                {vector, {static_cast<std::int64_t>(values)}, model_file::TensorKind::kWeight});
        HZ_ASSIGN(ModelWriter writer, ModelWriter::create(work_ / name, header));
        for (const auto& [vector, values] : vectors) {
            HZ_ASSIGN(const ModelReader reader, ModelReader::open(work_ / vector));
            HZ_TRY(for_each_part(
                values, [&reader](std::uint64_t at, std::span<float> part) { return reader.read(at, part); },
                into(writer)));
        }
        return take_in(writer, work_ / name);
    }

    Result<rounds::ObjectRef> take_in(ModelWriter& writer, const fs::path& path) {
        HZ_ASSIGN(const model_file::WrittenModel written, writer.finish());
        HZ_TRY(objects_.take_over(path, written.digest));
        return rounds::ObjectRef{written.digest, written.bytes};
    }

    const rounds::RoundSetup& setup_;
    const std::vector<rounds::GroupSum>& sums_;
    rpc::FileObjects& objects_;
    fs::path work_;
};

}  // namespace

Result<std::uint64_t> words_of(const rounds::RoundSetup& setup, rpc::FileObjects& objects) {
    HZ_ASSIGN(const ModelReader model, ModelReader::open(objects.path_of(setup.model.digest)));
    if (model.header().task != setup.plan.task)
        return fail(ErrorCode::kInvalidArgument, "other-task: the model is of task " + model.header().task);
    HZ_ASSIGN(const Strategy strategy, exchange::strategy_of(setup.plan, model.header()));
    const auto codec = exchange::codec_of(setup.plan, setup.invited.size());
    HZ_TRY(compression::check(codec, strategy.upload_values()));
    return compression::words_for(codec, strategy.upload_values());
}

Result<MadeModel> make_model(const rounds::RoundSetup& setup, const std::vector<rounds::GroupSum>& sums,
                             const std::optional<Sha256Digest>& kept, rpc::FileObjects& objects,
                             const std::filesystem::path& work) {
    return Making(setup, sums, objects, work).run(kept);
}

}  // namespace huizhen::coordinator
