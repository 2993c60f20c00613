#include "round_values.h"

namespace huizhen::rpc {

using namespace rounds;

namespace {

constexpr std::size_t kSmall = 4 << 10;        // a signed word or two
constexpr std::size_t kNeighbours = 64 << 10;  // something for each of 254 neighbours
constexpr std::size_t kAround = 256;           // the fields around a block of bytes
constexpr std::size_t kMembers = 256 << 10;    // a number for each of 10,000 sites
constexpr std::size_t kEverybody = 16 << 20;   // names and reasons of 10,000 sites

struct Encode {
    Bytes operator()(const Proposal& proposal) const {
        wire::Proposal out;
        write_plan(proposal.plan, out.mutable_plan());
        out.set_iteration(proposal.iteration);
        out.set_attempt(proposal.attempt);
        write_object(proposal.model, out.mutable_model());
        if (proposal.state) write_object(*proposal.state, out.mutable_state());
        out.set_words(proposal.words);
        write_invited(proposal.invited, out.mutable_invited());
        return serialised(out);
    }
    Bytes operator()(const Candidate& candidate) const {
        wire::Candidate out;
        out.set_task(candidate.task);
        out.set_iteration(candidate.iteration);
        write_object(candidate.current, out.mutable_current());
        write_object(candidate.candidate, out.mutable_candidate());
        return serialised(out);
    }
    Bytes operator()(const LeftOut& left_out) const {
        wire::LeftOut out;
        write_absence(left_out.absence, out.mutable_absence());
        return serialised(out);
    }
    Bytes operator()(const Outcome& outcome) const {
        wire::Outcome out;
        if (outcome.model) write_object(*outcome.model, out.mutable_model());
        if (outcome.failure) write_failure(*outcome.failure, out.mutable_failure());
        write_sites(outcome.included, out.mutable_included());
        for (const Absence& absence : outcome.absences) write_absence(absence, out.add_absences());
        return serialised(out);
    }
    Bytes operator()(const Decline& decline) const {
        wire::Decline out;
        out.set_reason(reason_text(decline.reason));
        return serialised(out);
    }
    Bytes operator()(const Upload& upload) const {
        wire::Upload out;
        out.set_secagg(text_of(upload.secagg));
        write_object(upload.object, out.mutable_object());
        return serialised(out);
    }
    Bytes operator()(const Evaluation& evaluation) const {
        wire::Evaluation out;
        out.set_row(text_of(evaluation.row));
        return serialised(out);
    }
    Bytes operator()(const Failed& failed) const {
        wire::Failed out;
        out.set_at(number_of(failed.at));
        out.set_reason(reason_text(failed.reason));
        return serialised(out);
    }
    template <typename Sealed>
    Bytes operator()(const Sealed& sealed) const {
        wire::Sealed out;
        out.set_secagg(text_of(sealed.secagg));
        return serialised(out);
    }
};

Result<Body> decode_proposal(BytesView bytes) {
    HZ_ASSIGN(const wire::Proposal in, parse<wire::Proposal>(bytes, max_bytes(Step::kProposal)));
    Proposal proposal;
    HZ_ASSIGN(proposal.plan, read_plan(in.plan()));
    proposal.iteration = in.iteration();
    proposal.attempt = in.attempt();
    HZ_ASSIGN(proposal.model, read_object(in.model()));
    if (in.has_state()) {
        HZ_ASSIGN(proposal.state, read_object(in.state()));
    }
    proposal.words = in.words();
    HZ_ASSIGN(proposal.invited, read_invited(in.invited()));
    return proposal;
}

Result<Body> decode_candidate(BytesView bytes) {
    HZ_ASSIGN(const wire::Candidate in, parse<wire::Candidate>(bytes, max_bytes(Step::kCandidate)));
    Candidate candidate;
    HZ_ASSIGN(candidate.task, read_text(in.task(), "a task"));
    candidate.iteration = in.iteration();
    HZ_ASSIGN(candidate.current, read_object(in.current()));
    HZ_ASSIGN(candidate.candidate, read_object(in.candidate()));
    return candidate;
}

Result<Body> decode_left_out(BytesView bytes) {
    HZ_ASSIGN(const wire::LeftOut in, parse<wire::LeftOut>(bytes, max_bytes(Step::kLeftOut)));
    HZ_ASSIGN(Absence absence, read_absence(in.absence()));
    return LeftOut{std::move(absence)};
}

Result<Outcome> read_outcome(const wire::Outcome& in) {
    if (in.has_model() == in.has_failure()) return malformed("an outcome is a model or a failure");
    Outcome outcome;
    if (in.has_model()) {
        HZ_ASSIGN(outcome.model, read_object(in.model()));
    } else {
        HZ_ASSIGN(outcome.failure, read_failure(in.failure()));
    }
    HZ_ASSIGN(outcome.included, read_sites(in.included()));
    HZ_ASSIGN(outcome.absences, read_absences(in.absences()));
    return outcome;
}

Result<Body> decode_upload(BytesView bytes) {
    HZ_ASSIGN(const wire::Upload in, parse<wire::Upload>(bytes, max_bytes(Step::kUpload)));
    Upload upload;
    upload.secagg = bytes_of(in.secagg());
    HZ_ASSIGN(upload.object, read_object(in.object()));
    return upload;
}

Result<Body> decode_decline(BytesView bytes) {
    HZ_ASSIGN(const wire::Decline in, parse<wire::Decline>(bytes, max_bytes(Step::kDecline)));
    HZ_ASSIGN(std::string reason, read_reason(in.reason()));
    return Decline{std::move(reason)};
}

Result<Body> decode_failed(BytesView bytes) {
    HZ_ASSIGN(const wire::Failed in, parse<wire::Failed>(bytes, max_bytes(Step::kFailed)));
    Failed failed;
    HZ_ASSIGN(failed.at, read_kind(in.at(), Step::kNone, Step::kFailed, "a step"));
    HZ_ASSIGN(failed.reason, read_reason(in.reason()));
    return failed;
}

Result<Body> decode_evaluation(BytesView bytes) {
    HZ_ASSIGN(const wire::Evaluation in, parse<wire::Evaluation>(bytes, max_bytes(Step::kEvaluation)));
    HZ_ASSIGN(Bytes row, read_bytes(in.row(), kMaxRowBytes, "a row"));
    return Evaluation{std::move(row)};
}

template <typename Sealed>
Result<Body> decode_sealed(Step step, BytesView bytes) {
    HZ_ASSIGN(const wire::Sealed in, parse<wire::Sealed>(bytes, max_bytes(step)));
    return Sealed{bytes_of(in.secagg())};
}

Result<Body> decode_body(Step step, BytesView bytes) {
    switch (step) {
        case Step::kProposal: return decode_proposal(bytes);
        case Step::kKeys: return decode_sealed<Keys>(step, bytes);
        case Step::kRoster: return decode_sealed<Roster>(step, bytes);
        case Step::kShares: return decode_sealed<Shares>(step, bytes);
        case Step::kShareDelivery: return decode_sealed<ShareDelivery>(step, bytes);
        case Step::kUpload: return decode_upload(bytes);
        case Step::kSurvivors: return decode_sealed<Survivors>(step, bytes);
        case Step::kAgreement: return decode_sealed<Agreement>(step, bytes);
        case Step::kSignatures: return decode_sealed<Signatures>(step, bytes);
        case Step::kUnmasking: return decode_sealed<Unmasking>(step, bytes);
        case Step::kCandidate: return decode_candidate(bytes);
        case Step::kEvaluation: return decode_evaluation(bytes);
        case Step::kLeftOut: return decode_left_out(bytes);
        case Step::kOutcome: return decode_outcome(bytes);
        case Step::kDecline: return decode_decline(bytes);
        case Step::kFailed: return decode_failed(bytes);
        case Step::kNone: break;
    }
    return malformed("a step that nobody takes");
}

}  // namespace

std::size_t max_bytes(Step step) {
    switch (step) {
        case Step::kKeys:
        case Step::kUpload:
        case Step::kAgreement:
        case Step::kDecline:
        case Step::kFailed:
        case Step::kCandidate:
        case Step::kLeftOut: return kSmall;
        case Step::kShares:
        case Step::kShareDelivery:
        case Step::kUnmasking: return kNeighbours;
        case Step::kEvaluation: return kMaxRowBytes + kAround;
        case Step::kSurvivors: return kMembers;
        case Step::kRoster:
        case Step::kSignatures: return kMaxSecaggBytes;
        case Step::kProposal:
        case Step::kOutcome: return kEverybody;
        case Step::kNone: break;
    }
    return 0;
}

Bytes encode_body(const Body& body) { return std::visit(Encode{}, body); }

RoundMessage encode_round_message(const Message& message) {
    return {message.round.plan.str(), message.round.number, number_of(step_of(message.body)),
            encode_body(message.body)};
}

Result<Message> decode(const RoundMessage& message) {
    return read_message(message.plan, message.round, message.step, message.body);
}

Result<Message> read_message(std::string_view plan, std::uint64_t round, std::uint32_t step, BytesView body) {
    Message message;
    HZ_ASSIGN(message.round.plan, read_plan_id(plan));
    if (round == 0 || round > kMaxRoundNumber)
        return fail(ErrorCode::kMalformedInput,
                    "malformed: no round has the number " + std::to_string(round));
    message.round.number = round;
    HZ_ASSIGN(const Step known, read_kind(step, Step::kProposal, Step::kFailed, "a step that nobody takes"));
    auto read = decode_body(known, body);
    if (!read) return fail(read.error());
    message.body = std::move(*read);
    return message;
}

// The first byte of `detail` is what the site answered with.
Position to_rpc(const RoundName& round, const rounds::Position& position) {
    return {round.plan.str(),
            round.number,
            number_of(position.received),
            {static_cast<std::uint8_t>(position.sent)}};
}

// Numbers of a newer peer mean nothing here: it is then asked again, which does no harm.
rounds::Position to_rounds(const Position& position) {
    const auto known = [](std::uint32_t number) {
        return read_kind(number, Step::kNone, Step::kFailed, "a step").value_or(Step::kNone);
    };
    return {known(position.step), known(position.detail.empty() ? 0 : position.detail[0])};
}

Bytes encode(const Outcome& outcome) { return encode_body(outcome); }

Result<Outcome> decode_outcome(BytesView bytes) {
    HZ_ASSIGN(const auto in, parse<wire::Outcome>(bytes, max_bytes(Step::kOutcome)));
    return read_outcome(in);
}

Result<Absence> read_absence(const wire::Absence& in) {
    Absence absence;
    HZ_ASSIGN(absence.site, read_site(in.site()));
    HZ_ASSIGN(absence.phase, read_kind(in.phase(), Phase::kKeys, Phase::kDone, "a phase"));
    HZ_ASSIGN(absence.cause, read_kind(in.cause(), Cause::kDeclined, Cause::kGroupLost, "a cause"));
    HZ_ASSIGN(absence.reason, read_reason(in.reason()));
    return absence;
}

void write_absence(const Absence& absence, wire::Absence* out) {
    out->set_site(absence.site.str());
    out->set_phase(number_of(absence.phase));
    out->set_cause(number_of(absence.cause));
    out->set_reason(reason_text(absence.reason));
}

Result<Failure> read_failure(const wire::Failure& in) {
    Failure failure;
    HZ_ASSIGN(failure.kind,
              read_kind(in.kind(), FailureKind::kTooFewSites, FailureKind::kSetup, "a failure"));
    HZ_ASSIGN(failure.reason, read_reason(in.reason()));
    return failure;
}

void write_failure(const Failure& failure, wire::Failure* out) {
    out->set_kind(number_of(failure.kind));
    out->set_reason(reason_text(failure.reason));
}

}  // namespace huizhen::rpc
