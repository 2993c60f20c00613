#include "daemon.h"

#include <google/protobuf/util/json_util.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <huizhen/rpc/services.h>
#include <huizhen/terminal/report.h>

namespace huizhen::coordinator {

// A decision may wait for a batch that makes a large model.
void Daemon::set_deadline(grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(5));
}

Error Daemon::error_of(const grpc::Status& status) { return rpc::from_grpc(status); }

Result<Daemon> Daemon::connect(const Common& common) {
    const std::filesystem::path socket = std::filesystem::path(common.state) / "control.socket";
    std::error_code ignored;
    if (!std::filesystem::exists(socket, ignored))
        return fail(ErrorCode::kUnavailable, "not-running: no coordinator serves " + common.state +
                                                 "; start `huizhen-coordinator serve --state " +
                                                 common.state + "`");
    auto channel = rpc::connect_local(socket);
    auto stub = federation::v1::Coordinator::NewStub(channel);
    return Daemon(std::move(channel), std::move(stub));
}

ExitCode report_daemon(const Error& error) { return report(error, exit_code_of(error)); }

ExitCode print_json(const google::protobuf::Message& message) {
    google::protobuf::util::JsonPrintOptions options;
    options.add_whitespace = true;
    options.preserve_proto_field_names = true;
    options.always_print_primitive_fields = true;
    std::string text;
    if (!google::protobuf::util::MessageToJsonString(message, &text, options).ok())
        return report(Error(ErrorCode::kInternal, "a reply could not be written as JSON"),
                      ExitCode::kInternal);
    return print(text);
}

ExitCode print_words(std::string_view text) { return print(text); }

}  // namespace huizhen::coordinator
