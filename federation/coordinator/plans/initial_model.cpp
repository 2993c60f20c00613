#include "initial_model.h"

#include <system_error>

#include <huizhen/backend_reference/backend.h>
#include <huizhen/learning/tasks.h>
#include <huizhen/model_file/model_file.h>

namespace huizhen::coordinator {

Result<InitialModel> make_initial_model(std::string_view task, std::uint64_t seed, rpc::FileObjects& objects,
                                        Executor& executor, const std::filesystem::path& work) {
    engine::Context context(executor, {engine::reference_backend()});
    learning::CaseSet nothing;
    nothing.task = task;
    HZ_ASSIGN(const auto learner, learning::make_task(task, std::move(nothing), {}, context));

    model_file::ModelHeader header;
    header.task = task;
    header.notes = {{"huizhen.initial", std::to_string(seed)}};
    for (const learning::ParameterBlock& block : learner->layout().blocks()) {
        const bool norm = block.kind == learning::ParameterKind::kNorm;
        header.tensors.push_back({block.name,
                                  {block.shape.dims().begin(), block.shape.dims().end()},
                                  norm ? model_file::TensorKind::kNorm : model_file::TensorKind::kWeight});
    }
    std::error_code error;
    std::filesystem::create_directories(work, error);
    if (error) return fail(ErrorCode::kIo, "cannot make " + work.string() + ": " + error.message());
    const std::filesystem::path path = work / "initial-model";
    HZ_ASSIGN(auto writer, model_file::ModelWriter::create(path, header));
    HZ_TRY(writer.append(learner->initial(seed)));
    HZ_ASSIGN(const auto written, writer.finish());
    const bool is_new = !objects.contains(written.digest);
    HZ_TRY(objects.take_over(path, written.digest));
    return InitialModel{{written.digest, written.bytes}, is_new};
}

}  // namespace huizhen::coordinator
