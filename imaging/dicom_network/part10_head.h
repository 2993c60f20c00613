#pragma once

// The head of a PS3.10 file in front of a data set as it came: preamble and file meta information.

#include <cstddef>
#include <string_view>
#include <vector>

namespace huizhen::imaging {

struct Part10Head {
    std::string_view sop_class_uid, sop_instance_uid, transfer_syntax_uid;
    std::string_view sender_ae, receiver_ae;
};

void append_part10_head(const Part10Head& head, std::vector<std::byte>& bytes);

// Ours, on associations and in files: 2.25 and the first half of the SHA-256 of "huizhen".
extern const char* const kImplementationClassUid;
extern const char* const kImplementationVersionName;

}  // namespace huizhen::imaging
