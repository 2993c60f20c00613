#include "grpc_process.h"

#include <cstdlib>

#include <grpc/support/log.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>

#include "buffers.h"
#include "codec.h"
#include "refusal_log.h"

namespace huizhen::rpc {

namespace {

thread_local std::string* own_lines = nullptr;

void log_line_of_grpc(gpr_log_func_args* line) {
    if (line->severity < GPR_LOG_SEVERITY_ERROR) return;
    if (own_lines != nullptr) {
        *own_lines += line->message;
        *own_lines += '\n';
        return;
    }
    // Said of every connection: our certificates name roles, not hosts.
    if (std::string_view(line->message).starts_with("No match found for server name")) return;
    // Strangers' handshakes write as many as they like: bounded like our own refusals.
    static RefusalLog log;
    log.refused("tls", "unknown", Error(ErrorCode::kUnavailable, line->message));
}

// A channel that has made a call with a callback holds the threads that run callbacks. Without it they end
// with the last channel, and where a callback is what lets that one go, a thread waits for itself: gRPC
// aborts.
void keep_callback_threads() {
    struct Kept {
        std::shared_ptr<grpc::Channel> channel =
            grpc::CreateChannel("unix:/nowhere", grpc::InsecureChannelCredentials());
        grpc::ClientContext context;
        grpc::ByteBuffer request = to_buffer(""), reply;
    };
    static Kept* const kept = new Kept;  // never freed: threads that end after main() may still need it
    kept->context.set_deadline(std::chrono::system_clock::now());
    grpc::GenericStub(kept->channel)
        .UnaryCall(&kept->context, "/huizhen/none", {}, &kept->request, &kept->reply, [](grpc::Status) {});
}

}  // namespace

GrpcErrorLines::GrpcErrorLines() { own_lines = &text_; }
GrpcErrorLines::~GrpcErrorLines() { own_lines = nullptr; }

void prepare_grpc() {
    static const bool done = [] {
        // gRPC 1.51 allows TLS 1.2 and has no public setting against it. This list is the one of TLS 1.2
        // only; of it, a pre-shared key is all that is left, and there is none. TLS 1.3 keeps its own suites.
        ::setenv("GRPC_SSL_CIPHER_SUITES", "PSK-AES256-GCM-SHA384", 1);
        ::gpr_set_log_function(log_line_of_grpc);
        silence_protobuf();
        keep_callback_threads();
        return true;
    }();
    static_cast<void>(done);
}

}  // namespace huizhen::rpc
