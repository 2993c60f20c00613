#pragma once

// How a command asks the running coordinator, and prints what it says.

#include <chrono>
#include <functional>
#include <memory>

#include <federation/v1/coordinator.grpc.pb.h>

#include <huizhen/base/result.h>
#include <huizhen/terminal/exit_code.h>

#include "commands/commands.h"

namespace huizhen::coordinator {

class Daemon {
  public:
    // kUnavailable where no coordinator runs on this state folder.
    static Result<Daemon> connect(const Common& common);

    // Daemon::call(&Stub::Status, request)
    template <typename Request, typename Reply>
    Result<Reply> call(grpc::Status (federation::v1::Coordinator::Stub::*method)(grpc::ClientContext*,
                                                                                 const Request&, Reply*),
                       const Request& request) {
        grpc::ClientContext context;
        set_deadline(context);
        Reply reply;
        const grpc::Status status = (stub_.get()->*method)(&context, request, &reply);
        if (!status.ok()) return fail(error_of(status));
        return reply;
    }

    federation::v1::Coordinator::Stub& stub() { return *stub_; }

  private:
    Daemon(std::shared_ptr<grpc::Channel> channel, std::unique_ptr<federation::v1::Coordinator::Stub> stub)
        : channel_(std::move(channel)), stub_(std::move(stub)) {}
    static void set_deadline(grpc::ClientContext& context);
    static Error error_of(const grpc::Status& status);

    std::shared_ptr<grpc::Channel> channel_;
    std::unique_ptr<federation::v1::Coordinator::Stub> stub_;
};

// Asks, then prints the reply as JSON or in words.
template <typename Request, typename Reply>
ExitCode ask_and_print(const Common& common,
                       grpc::Status (federation::v1::Coordinator::Stub::*method)(grpc::ClientContext*,
                                                                                 const Request&, Reply*),
                       const Request& request, const std::function<std::string(const Reply&)>& words);

ExitCode report_daemon(const Error& error);
ExitCode print_json(const google::protobuf::Message& message);
ExitCode print_words(std::string_view text);

template <typename Request, typename Reply>
ExitCode ask_and_print(const Common& common,
                       grpc::Status (federation::v1::Coordinator::Stub::*method)(grpc::ClientContext*,
                                                                                 const Request&, Reply*),
                       const Request& request, const std::function<std::string(const Reply&)>& words) {
    auto daemon = Daemon::connect(common);
    if (!daemon) return report_daemon(daemon.error());
    const auto reply = daemon->call(method, request);
    if (!reply) return report_daemon(reply.error());
    return common.json ? print_json(*reply) : print_words(words(*reply));
}

}  // namespace huizhen::coordinator
