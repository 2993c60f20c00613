#pragma once

// Every refusal of the transport has a name, and an error's message starts with it:
// "unsupported-version: this coordinator speaks 1 to 1". The names are stable: peers, logs and tests keep
// them.

#include <string_view>

#include <huizhen/base/result.h>

namespace huizhen::rpc {

enum class Refusal {
    kNoCertificate,       // the call needs a client certificate
    kWrongRole,           // a certificate, but of somebody who may not make this call
    kUnsupportedVersion,  // no protocol version in common
    kMalformed,           // breaks its own format, or a field beyond its limit
    kTooLarge,            // a message or object beyond its limit
    kOutOfOrder,          // a frame that skips one, or comes before the hello
    kRepeated,            // a frame that was there already
    kWrongSession,        // a frame of another session
    kWrongSite,           // a name that is not the certificate's
    kReplaced,            // a newer session of the same site took over
    kSilent,              // nothing heard for longer than the limit
    kBusy,                // a queue or a number of calls is at its limit: try again later
    kNotConnected,        // no session with that site, or with the coordinator
    kNotExpected,         // an object that nobody is waiting for from this site
    kNotAllowed,          // an object this site may not have
    kWrongDigest,         // bytes that are not the object they were announced as
    kWrongOffset,         // a transfer that does not begin where the last one ended
    kNoSpace,             // the disk or the quota is full
    kShuttingDown,        // the other side is ending in order
    kUnreachable,         // no connection: address, network, proxy or certificates
};

std::string_view refusal_name(Refusal refusal);
tl::unexpected<Error> refuse(Refusal refusal, std::string_view detail);
bool is_refusal(const Error& error, Refusal refusal);

}  // namespace huizhen::rpc
