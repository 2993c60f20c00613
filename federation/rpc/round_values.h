#pragma once

// Converters of rounds, shared by the sources named round_*. `read_...` checks, `write_...` does not fail:
// what is in our hands is within its limits.

#include <huizhen/base/text.h>
#include <huizhen/rounds/reason.h>
#include <huizhen/rpc/round_codec.h>

#include "federation/v1/round.pb.h"

namespace huizhen::rpc {

namespace wire = huizhen::federation::round::v1;

inline tl::unexpected<Error> malformed(std::string_view what) {
    return fail(Error(ErrorCode::kMalformedInput, std::string(what)).within("malformed"));
}
inline tl::unexpected<Error> too_large(std::string_view what) {
    return fail(Error(ErrorCode::kLimitExceeded, std::string(what)).within("too-large"));
}

template <typename Wire>
Result<Wire> parse(BytesView bytes, std::size_t most) {
    if (bytes.size() > most) return too_large(std::to_string(bytes.size()) + " bytes");
    Wire message;
    if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        return malformed("no such message");
    }
    return message;
}

inline Bytes serialised(const google::protobuf::MessageLite& message) {
    Bytes bytes(message.ByteSizeLong());
    message.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
}

inline Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }
inline std::string text_of(BytesView bytes) { return {bytes.begin(), bytes.end()}; }

// A reason that a person may read; written as reason_text gives it.
inline Result<std::string> read_reason(const std::string& text) {
    if (text.size() > rounds::kMaxTextBytes) return too_large("a reason");
    return rounds::reason_text(text);
}

// Text whose bytes matter: refused where it would have to be changed.
inline Result<std::string> read_text(const std::string& text, std::string_view what) {
    if (text.size() > rounds::kMaxTextBytes) return too_large(what);
    if (rounds::reason_text(text) != text) return malformed(what);
    return text;
}

inline Result<Bytes> read_bytes(const std::string& bytes, std::size_t most, std::string_view what) {
    if (bytes.size() > most) return too_large(what);
    return bytes_of(bytes);
}

inline Result<rounds::SiteId> read_site(const std::string& name) {
    if (name.empty() || name.size() > rounds::kMaxSiteNameBytes || without_controls(name, "?", "") != name) {
        return malformed("name of a site");
    }
    return rounds::SiteId(name);
}

inline Result<rounds::PlanId> read_plan_id(std::string_view name) {
    if (name.empty() || name.size() > rounds::kMaxIdBytes || without_controls(name, "?", "") != name) {
        return malformed("name of a plan");
    }
    return rounds::PlanId(std::string(name));
}

inline Result<Sha256Digest> read_digest(const std::string& bytes) {
    Sha256Digest digest{};
    if (bytes.size() != digest.size()) return malformed("a digest of another length");
    std::copy(bytes.begin(), bytes.end(), digest.begin());
    return digest;
}

inline Result<rounds::ObjectRef> read_object(const wire::Object& object) {
    rounds::ObjectRef read;
    HZ_ASSIGN(read.digest, read_digest(object.digest()));
    if (object.size() > rounds::kMaxObjectBytes) return too_large("an object");
    read.bytes = object.size();
    return read;
}

inline void write_object(const rounds::ObjectRef& object, wire::Object* out) {
    out->set_digest(object.digest.data(), object.digest.size());
    out->set_size(object.bytes);
}

// An enumerator whose number lies in first..last.
template <typename Kind>
Result<Kind> read_kind(std::uint32_t number, Kind first, Kind last, std::string_view what) {
    if (number < static_cast<std::uint32_t>(first) || number > static_cast<std::uint32_t>(last)) {
        return malformed(what);
    }
    return static_cast<Kind>(number);
}

template <typename Kind>
std::uint32_t number_of(Kind kind) {
    return static_cast<std::uint32_t>(kind);
}

template <typename List>
Result<std::vector<rounds::SiteId>> read_sites(const List& list) {
    if (list.size() > static_cast<int>(rounds::kMaxInvited)) return too_large("number of sites");
    std::vector<rounds::SiteId> sites;
    sites.reserve(static_cast<std::size_t>(list.size()));
    for (const std::string& name : list) {
        HZ_ASSIGN(rounds::SiteId site, read_site(name));
        sites.push_back(std::move(site));
    }
    return sites;
}

template <typename List>
void write_sites(const std::vector<rounds::SiteId>& sites, List* list) {
    for (const rounds::SiteId& site : sites) *list->Add() = site.str();
}

// The most bytes that a message of this step may have.
std::size_t max_bytes(rounds::Step step);
Bytes encode_body(const rounds::Body& body);
Result<rounds::Message> read_message(std::string_view plan, std::uint64_t round, std::uint32_t step,
                                     BytesView body);

Result<rounds::TrainingPlan> read_plan(const wire::TrainingPlan& plan);
void write_plan(const rounds::TrainingPlan& plan, wire::TrainingPlan* out);

template <typename List>
Result<std::vector<rounds::InvitedSite>> read_invited(const List& list) {
    if (list.size() > static_cast<int>(rounds::kMaxInvited)) return too_large("number of sites");
    std::vector<rounds::InvitedSite> invited;
    invited.reserve(static_cast<std::size_t>(list.size()));
    for (const wire::InvitedSite& one : list) {
        rounds::InvitedSite read;
        HZ_ASSIGN(read.site, read_site(one.site()));
        HZ_ASSIGN(read.certificate,
                  read_bytes(one.certificate(), rounds::kMaxCertificateBytes, "certificate"));
        invited.push_back(std::move(read));
    }
    return invited;
}

template <typename List>
void write_invited(const std::vector<rounds::InvitedSite>& invited, List* list) {
    for (const rounds::InvitedSite& one : invited) {
        wire::InvitedSite* out = list->Add();
        out->set_site(one.site.str());
        out->set_certificate(text_of(one.certificate));
    }
}

Result<rounds::Absence> read_absence(const wire::Absence& absence);
void write_absence(const rounds::Absence& absence, wire::Absence* out);
Result<rounds::Failure> read_failure(const wire::Failure& failure);
void write_failure(const rounds::Failure& failure, wire::Failure* out);

template <typename List>
Result<std::vector<rounds::Absence>> read_absences(const List& list) {
    // A site may be absent from the sum and from the measuring.
    if (list.size() > static_cast<int>(2 * rounds::kMaxInvited)) return too_large("number of absences");
    std::vector<rounds::Absence> absences;
    for (const wire::Absence& one : list) {
        HZ_ASSIGN(rounds::Absence absence, read_absence(one));
        absences.push_back(std::move(absence));
    }
    return absences;
}

}  // namespace huizhen::rpc
