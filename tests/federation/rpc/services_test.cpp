// The program's own services beside the transport, as the command line and the console reach them.

#include <grpcpp/server_context.h>
#include <sys/stat.h>

#include <huizhen/rpc/services.h>

#include "federation.h"
#include "federation/v1/coordinator.grpc.pb.h"
#include "raw_call.h"

namespace huizhen::rpc {
namespace {

namespace v1 = federation::v1;

class Console final : public v1::Coordinator::Service {
  public:
    grpc::Status Status(grpc::ServerContext* context, const v1::StatusRequest*,
                        v1::StatusReply* reply) override {
        const auto peer = caller_of(*context, Role::kOperator);
        if (!peer) return to_grpc(peer.error());
        reply->set_software_version(peer->name);
        return grpc::Status::OK;
    }
    grpc::Status Revoke(grpc::ServerContext*, const v1::RevokeRequest*, v1::RevokeReply*) override {
        return to_grpc(Error(ErrorCode::kNotFound, "no-such-site: nobody of that name"));
    }
};

Result<std::string> ask(const std::shared_ptr<grpc::Channel>& channel) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kLong);
    v1::StatusReply reply;
    const auto status = v1::Coordinator::NewStub(channel)->Status(&context, {}, &reply);
    if (!status.ok()) return fail(from_grpc(status));
    return reply.software_version();
}

TEST(Services, know_the_operator_by_certificate) {
    Console console;
    Coordinator coordinator(Coordinator::quick(), {&console});
    Peers peers;
    const auto channel =
        connect_operator({coordinator.address(), ""}, authority().operator_("dr-who"), peers);
    ASSERT_TRUE(channel);
    const auto answer = ask(*channel);
    ASSERT_TRUE(answer) << answer.error().to_string();
    EXPECT_EQ(*answer, "dr-who");
}

TEST(Services, know_the_own_user_at_the_unix_socket) {
    Console console;
    Coordinator coordinator(Coordinator::quick(), {&console});
    const auto socket = coordinator.folder.path() / "admin.sock";
    struct stat info {};
    ASSERT_EQ(::stat(socket.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u);
    const auto answer = ask(connect_local(socket));
    ASSERT_TRUE(answer) << answer.error().to_string();
    EXPECT_EQ(*answer, "uid " + std::to_string(::geteuid()));
}

TEST(Services, errors_keep_their_code_and_name) {
    Console console;
    Coordinator coordinator(Coordinator::quick(), {&console});
    grpc::ClientContext context;
    v1::RevokeReply reply;
    const auto channel = connect_local(coordinator.folder.path() / "admin.sock");
    const Error error = from_grpc(v1::Coordinator::NewStub(channel)->Revoke(&context, {}, &reply));
    EXPECT_EQ(error.code(), ErrorCode::kNotFound);
    EXPECT_EQ(error.message(), "no-such-site: nobody of that name");
}

TEST(Services, are_closed_to_sites_and_strangers) {
    Console console;
    Coordinator coordinator(Coordinator::quick(), {&console});
    const auto site = ask(channel_to(coordinator.address(), authority().site("st-mary")));
    ASSERT_FALSE(site);
    EXPECT_TRUE(is_refusal(site.error(), Refusal::kWrongRole)) << site.error().to_string();
    const auto stranger = ask(channel_to(coordinator.address(), {authority().root().pem(), "", ""}));
    ASSERT_FALSE(stranger);
    EXPECT_TRUE(is_refusal(stranger.error(), Refusal::kNoCertificate)) << stranger.error().to_string();
}

TEST(Services, sessions_are_not_for_the_unix_socket) {
    Coordinator coordinator;
    RawCall call(connect_local(coordinator.folder.path() / "admin.sock"), RawCall::kSession);
    call.write(write_hello({{1}, "test", SiteId("st-mary"), {}, {}}).value());
    EXPECT_TRUE(call.refusal().starts_with("wrong-role: "));
}

TEST(Services, a_socket_left_behind_is_replaced_and_a_living_one_is_not) {
    Coordinator first;
    const auto start = [&](const std::filesystem::path& socket) {
        ServerOptions options;
        options.address = "127.0.0.1:0";
        options.identity = authority().coordinator();
        options.local_socket = socket;
        ServerParts parts;
        parts.peers = &first.peers;
        parts.sessions = &first.sessions;
        parts.objects = first.objects.get();
        parts.authoriser = &first.grants;
        parts.enrolment = &first.enrolments;
        parts.disk = &first.disk;
        return CoordinatorServer::start(std::move(options), std::move(parts));
    };
    const auto second = start(first.folder.path() / "admin.sock");
    ASSERT_FALSE(second);
    EXPECT_TRUE(second.error().message().starts_with("in-use: "));
    first.server->stop();
    EXPECT_TRUE(start(first.folder.path() / "admin.sock"));
}

}  // namespace
}  // namespace huizhen::rpc
