#pragma once

// enrolment.proto to plain values and back, for both sides.

#include <huizhen/rpc/enrolment.h>

#include "federation/v1/enrolment.pb.h"

namespace huizhen::rpc {

void write(const EnrolReply& reply, federation::v1::EnrolReply* message);
Result<EnrolReply> read(const federation::v1::EnrolReply& message);

void write(const IssuedCertificate& certificate, federation::v1::IssuedCertificate* message);
IssuedCertificate read(const federation::v1::IssuedCertificate& message);

}  // namespace huizhen::rpc
