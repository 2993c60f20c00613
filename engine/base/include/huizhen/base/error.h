#pragma once

// What went wrong, in a form a program can branch on and a technician can act on.

#include <string>
#include <string_view>

namespace huizhen {

// Stable: a number is never reused or renumbered, since logs, audit records and peers keep them.
enum class ErrorCode : int {
    kInvalidArgument = 1,     // the caller's words are off: usage
    kNotFound = 2,            // a file, folder, case or model that is not there
    kPermissionDenied = 3,    // the operating system or a policy says no
    kIo = 4,                  // reading or writing failed, the disk is full
    kMalformedInput = 5,      // a file or message that breaks its own format
    kUnsupported = 6,         // conformant, but not something this version reads
    kLimitExceeded = 7,       // a named maximum would be passed
    kUntrustworthyInput = 8,  // readable, but not safe to diagnose from: gaps, mixed patients
    kCancelled = 9,           // a person or a deadline stopped it
    kOutOfMemory = 10,
    kIntegrity = 11,    // a hash, signature or version does not match
    kUnavailable = 12,  // a device, backend or peer that cannot be used now
    kInternal = 13,     // a bug of ours that was caught
};

// "malformed-input" and the like: the spelling in logs, JSON and documentation.
std::string_view error_code_name(ErrorCode code);

// A message is one sentence that says what to do. It never holds patient data: name the file and
// the tag, not the value.
class Error {
  public:
    Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

    ErrorCode code() const { return code_; }
    const std::string& message() const { return message_; }

    // The same error with where it happened in front: "IM0001.dcm: ..."
    Error within(std::string_view context) const;

    // "malformed-input: IM0001.dcm: pixel data is truncated"
    std::string to_string() const;

  private:
    ErrorCode code_;
    std::string message_;
};

}  // namespace huizhen
