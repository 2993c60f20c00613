#pragma once

// Data sets that are no objects: questions, answers, storage commitment. Written by DCMTK, read by our own
// bounded reader.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <huizhen/dicom_network/commitment.h>
#include <huizhen/dicom_network/query.h>

namespace huizhen::imaging {

// kInvalidArgument: a tag that the dictionary does not know, or a value that its representation does not
// allow.
Result<std::vector<std::byte>> write_query(const Query& query, const std::string& transfer_syntax);
Result<QueryMatch> read_match(std::span<const std::byte> bytes, std::string_view transfer_syntax);

Result<std::vector<std::byte>> write_commitment_request(const CommitmentRequest& request,
                                                        const std::string& transfer_syntax);
Result<CommitmentRequest> read_commitment_request(std::span<const std::byte> bytes,
                                                  std::string_view transfer_syntax);
Result<std::vector<std::byte>> write_commitment_report(const CommitmentReport& report,
                                                       const std::string& transfer_syntax);
Result<CommitmentReport> read_commitment_report(std::span<const std::byte> bytes,
                                                std::string_view transfer_syntax);

}  // namespace huizhen::imaging
