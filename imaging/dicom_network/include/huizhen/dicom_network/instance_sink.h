#pragma once

// Where received objects go. The network knows no storage: it answers success when this said so.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <huizhen/base/result.h>

namespace huizhen::imaging {

// What is known of an object without reading it further. The UIDs are those of the data set, which the
// command was compared with.
struct InstanceHeader {
    std::string sop_class_uid, sop_instance_uid, study_uid, series_uid;
    std::string transfer_syntax_uid;
    std::string calling_ae, called_ae;  // for C-GET: whom we asked, and we
    std::string address;                // the peer's
};

class InstanceSink {
  public:
    virtual ~InstanceSink() = default;

    // `file`: a file by PS3.10, the data set in it byte for byte as received; lent for the call. Returns when
    // the object is durable. Called from many associations' threads at once, so that one may commit for all.
    // What the peer is told of an error (PS3.4 B.2.3):
    //   kIo, kOutOfMemory, kUnavailable, kLimitExceeded, kCancelled    A700 out of resources: it may try
    //   again kUntrustworthyInput, kIntegrity                                A900 data set does not match SOP
    //   class kPermissionDenied                                              0124 not authorised kInternal
    //   0110 processing failure every other                                                    C000 cannot
    //   understand
    // The peer sees the code's name and never the message.
    virtual Status store(const InstanceHeader& header, std::span<const std::byte> file) = 0;
};

}  // namespace huizhen::imaging
