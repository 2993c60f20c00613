#include "dcmtk_setup.h"

#include <csignal>

#include <huizhen/dicom/part10.h>

#include "dcmtk_network.h"

namespace huizhen::imaging {
namespace {

constexpr int kConnectSeconds = 10;

}  // namespace

void prepare_dcmtk() {
    static std::once_flag once;
    std::call_once(once, [] {
        silence_dcmtk();
        std::signal(SIGPIPE, SIG_IGN);
        dcmDisableGethostbyaddr.set(OFTrue);
        dcmConnectionTimeout.set(kConnectSeconds);
        dcmSocketSendTimeout.set(0);
        dcmSocketReceiveTimeout.set(0);
    });
}

std::mutex& handover_mutex() {
    static std::mutex mutex;
    return mutex;
}

}  // namespace huizhen::imaging
