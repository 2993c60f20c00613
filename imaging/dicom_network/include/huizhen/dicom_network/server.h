#pragma once

// The DICOM service class provider: verification, storage and storage commitment.
//
// Owns its threads: one that listens, one that minds the time, and one for each connection that may be open.
// Nothing half is handed on: an object reaches the sink when its last fragment was there. The process ignores
// SIGPIPE from then on, since DCMTK writes to sockets that peers may have closed.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <huizhen/base/result.h>
#include <huizhen/dicom_network/commitment.h>
#include <huizhen/dicom_network/instance_sink.h>
#include <huizhen/dicom_network/limits.h>
#include <huizhen/dicom_network/observer.h>
#include <huizhen/dicom_network/peer.h>

namespace huizhen::imaging {

struct ServerOptions {
    std::string ae_title;
    std::string bind_address = "127.0.0.1";  // "0.0.0.0" or "::" for every interface
    std::uint16_t port = 11112;              // 0: any free one
    std::vector<Peer> peers;
    std::optional<TlsFiles> tls;
    ServerLimits limits;
};

// All outlive the server; `desk` may be null, storage commitment is then not offered.
struct ServerParts {
    InstanceSink& sink;
    NetworkObserver& observer;
    CommitmentDesk* desk = nullptr;
};

class DicomServer {
  public:
    // Listens when it returns. kInvalidArgument: titles, addresses, a peer without addresses in plain text;
    // kUnavailable: the port is taken; kPermissionDenied: a key that others may read; kIo, kMalformedInput:
    // certificates.
    static Result<std::unique_ptr<DicomServer>> start(ServerOptions options, const ServerParts& parts);
    ~DicomServer();  // stop() without patience

    DicomServer(const DicomServer&) = delete;
    DicomServer& operator=(const DicomServer&) = delete;

    std::uint16_t port() const;
    std::size_t associations() const;  // open now

    // No further connections; open associations have `patience` to end by themselves, then they are aborted.
    // An object in the sink's hands is waited for. One thread, more than once if it likes.
    void stop(std::chrono::milliseconds patience);

  private:
    struct Impl;
    explicit DicomServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace huizhen::imaging
