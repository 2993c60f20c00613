#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "commands/daemon.h"
#include "commands/matrix_text.h"

namespace huizhen::coordinator {
namespace {

namespace v1 = federation::v1;
using Stub = v1::Coordinator::Stub;
using DecideMethod = grpc::Status (Stub::*)(grpc::ClientContext*, const v1::DecideModelRequest&,
                                            v1::ModelVersion*);

struct Words {
    std::string task, digest, reason;
};

}  // namespace

void add_models(CLI::App& program, Common& common, Action& action) {
    const auto words = std::make_shared<Words>();
    CLI::App* models = program.add_subcommand("models", "Lists, judges, accepts and rolls back models");
    models->require_subcommand(1);

    CLI::App* list = models->add_subcommand("list", "Lists models and what became of them");
    list->add_option("--task", words->task, "of one task alone");
    list->callback([words, &common, &action] {
        action = [words, &common] {
            v1::ListModelsRequest request;
            request.set_task(words->task);
            return ask_and_print<v1::ListModelsRequest, v1::ListModelsReply>(common, &Stub::ListModels,
                                                                             request, models_text);
        };
    });

    CLI::App* matrix =
        models->add_subcommand("matrix", "Shows a model against its predecessor, site by site");
    matrix->add_option("digest", words->digest, "the model, or the first digits of it")->required();
    matrix->callback([words, &common, &action] {
        action = [words, &common] {
            v1::GetMatrixRequest request;
            request.set_digest(words->digest);
            return ask_and_print<v1::GetMatrixRequest, v1::Matrix>(common, &Stub::GetMatrix, request,
                                                                   matrix_text);
        };
    });

    const auto add_decision = [&](const char* name, const char* help, DecideMethod method,
                                  bool needs_reason) {
        CLI::App* command = models->add_subcommand(name, help);
        command->add_option("digest", words->digest, "the model, or the first digits of it")->required();
        CLI::Option* reason = command->add_option("--reason", words->reason, "kept in the signed lineage");
        if (needs_reason) reason->required();
        command->callback([words, &common, &action, method] {
            action = [words, &common, method] {
                v1::DecideModelRequest request;
                request.set_digest(words->digest);
                request.set_reason(words->reason);
                return ask_and_print<v1::DecideModelRequest, v1::ModelVersion>(common, method, request,
                                                                               model_text);
            };
        });
    };
    add_decision("accept", "Makes a candidate current, where the rules let it pass", &Stub::AcceptModel,
                 false);
    add_decision("override", "Makes a candidate current against the rules", &Stub::OverrideModel, true);
    add_decision("reject", "Turns a candidate down", &Stub::RejectModel, true);

    CLI::App* rollback = models->add_subcommand("rollback", "Makes an earlier model current again");
    rollback->add_option("--task", words->task, "of which task")->required();
    rollback->add_option("--to", words->digest, "which; none: the one before the current");
    rollback->add_option("--reason", words->reason, "kept in the signed lineage")->required();
    rollback->callback([words, &common, &action] {
        action = [words, &common] {
            v1::RollbackModelRequest request;
            request.set_task(words->task);
            request.set_digest(words->digest);
            request.set_reason(words->reason);
            return ask_and_print<v1::RollbackModelRequest, v1::ModelVersion>(common, &Stub::RollbackModel,
                                                                             request, model_text);
        };
    });
}

}  // namespace huizhen::coordinator
