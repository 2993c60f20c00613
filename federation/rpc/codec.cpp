#include "codec.h"

#include <google/protobuf/stubs/logging.h>

#include <huizhen/base/text.h>

#include "federation/v1/session.pb.h"
#include "unix_time.h"

namespace huizhen::rpc {

namespace {

namespace v1 = huizhen::federation::v1;

bool is_name(const std::string& text, std::size_t max) {
    return !text.empty() && text.size() <= max && without_controls(text, "?", "") == text;
}

Bytes bytes_of(const std::string& text) { return Bytes(text.begin(), text.end()); }
std::string text_of(const Bytes& bytes) { return std::string(bytes.begin(), bytes.end()); }

Status check_position(const Position& position) {
    if (!is_name(position.plan, kMaxPlanNameBytes)) return refuse(Refusal::kMalformed, "name of a plan");
    if (position.detail.size() > kMaxDetailBytes) return refuse(Refusal::kTooLarge, "detail of a position");
    return {};
}

Status check_positions(const Positions& positions) {
    if (positions.size() > kMaxPositions) return refuse(Refusal::kTooLarge, "number of positions");
    for (const auto& position : positions) HZ_TRY(check_position(position));
    return {};
}

Status check_hello(const Hello& hello) {
    if (hello.protocol_versions.empty() || hello.protocol_versions.size() > 16) {
        return refuse(Refusal::kMalformed, "number of protocol versions");
    }
    if (hello.software_version.size() > 64 ||
        without_controls(hello.software_version, "?", "") != hello.software_version) {
        return refuse(Refusal::kMalformed, "software version");
    }
    if (!is_name(hello.site.str(), kMaxSiteNameBytes)) return refuse(Refusal::kMalformed, "name of a site");
    if (hello.tasks.size() > kMaxTasks) return refuse(Refusal::kTooLarge, "number of tasks");
    for (const auto& task : hello.tasks) {
        if (!is_name(task, 128)) return refuse(Refusal::kMalformed, "name of a task");
    }
    return check_positions(hello.positions);
}

Status check_frame(const Frame& frame) {
    if (frame.session.size() != kSessionBytes) return refuse(Refusal::kMalformed, "session of a frame");
    if (!is_name(frame.site.str(), kMaxSiteNameBytes)) return refuse(Refusal::kMalformed, "name of a site");
    if (const auto* positions = std::get_if<Positions>(&frame.content)) return check_positions(*positions);
    if (const auto* message = std::get_if<RoundMessage>(&frame.content)) {
        if (!is_name(message->plan, kMaxPlanNameBytes)) return refuse(Refusal::kMalformed, "name of a plan");
    }
    if (const auto* notice = std::get_if<Notice>(&frame.content)) {
        if (!is_name(notice->name, 64)) return refuse(Refusal::kMalformed, "name of a notice");
        if (notice->sentence.size() > kMaxSentenceBytes) {
            return refuse(Refusal::kTooLarge, "sentence of a notice");
        }
    }
    return {};
}

template <typename List>
Result<Positions> read_positions(const List& list) {
    if (list.size() > static_cast<int>(kMaxPositions)) {
        return refuse(Refusal::kTooLarge, "number of positions");
    }
    Positions positions;
    for (const v1::Position& p : list) {
        positions.push_back({p.plan(), p.round(), p.step(), bytes_of(p.detail())});
    }
    return positions;
}

template <typename List>
void write_positions(const Positions& positions, List* list) {
    for (const auto& position : positions) {
        v1::Position* p = list->Add();
        p->set_plan(position.plan);
        p->set_round(position.round);
        p->set_step(position.step);
        p->set_detail(text_of(position.detail));
    }
}

Result<Hello> read_hello(const v1::Hello& message) {
    if (message.protocol_versions_size() > 16) return refuse(Refusal::kTooLarge, "number of versions");
    if (message.tasks_size() > static_cast<int>(kMaxTasks)) {
        return refuse(Refusal::kTooLarge, "number of tasks");
    }
    Hello hello;
    hello.protocol_versions.assign(message.protocol_versions().begin(), message.protocol_versions().end());
    hello.software_version = message.software_version();
    hello.site = SiteId(message.site());
    hello.tasks.assign(message.tasks().begin(), message.tasks().end());
    HZ_ASSIGN(hello.positions, read_positions(message.positions()));
    HZ_TRY(check_hello(hello));
    return hello;
}

Result<Frame> read_frame(const v1::Frame& message) {
    Frame frame{message.session(), message.sequence(), message.ack(), SiteId(message.site()), Positions()};
    switch (message.content_case()) {
        case v1::Frame::kHeartbeat: {
            HZ_ASSIGN(frame.content, read_positions(message.heartbeat().positions()));
            break;
        }
        case v1::Frame::kRound: {
            const v1::RoundMessage& round = message.round();
            frame.content = RoundMessage{round.plan(), round.round(), round.step(), bytes_of(round.body())};
            break;
        }
        case v1::Frame::kNotice: {
            const v1::Notice& notice = message.notice();
            frame.content = Notice{notice.name(), without_controls(notice.sentence(), " ", "")};
            break;
        }
        case v1::Frame::CONTENT_NOT_SET:
            return refuse(Refusal::kMalformed, "a frame without content, or of a kind unknown here");
    }
    HZ_TRY(check_frame(frame));
    return frame;
}

void write_frame(const Frame& frame, v1::Frame* message) {
    message->set_session(frame.session);
    message->set_sequence(frame.sequence);
    message->set_ack(frame.ack);
    message->set_site(frame.site.str());
    if (const auto* positions = std::get_if<Positions>(&frame.content)) {
        write_positions(*positions, message->mutable_heartbeat()->mutable_positions());
    } else if (const auto* round = std::get_if<RoundMessage>(&frame.content)) {
        v1::RoundMessage* out = message->mutable_round();
        out->set_plan(round->plan);
        out->set_round(round->round);
        out->set_step(round->step);
        out->set_body(round->body.data(), round->body.size());
    } else if (const auto* notice = std::get_if<Notice>(&frame.content)) {
        message->mutable_notice()->set_name(notice->name);
        message->mutable_notice()->set_sentence(notice->sentence);
    }
}

template <typename Message>
Result<Message> parse(BytesView bytes, const Limits& limits) {
    silence_protobuf();
    if (bytes.size() > limits.max_frame_bytes) return refuse(Refusal::kTooLarge, "a frame");
    Message message;
    if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        return refuse(Refusal::kMalformed, "not a message of this protocol");
    }
    return message;
}

template <typename Message>
Result<std::string> write(const Frame& frame, const Limits& limits) {
    HZ_TRY(check_frame(frame));
    Message message;
    write_frame(frame, message.mutable_frame());
    std::string bytes = message.SerializeAsString();
    if (bytes.size() > limits.max_frame_bytes) return refuse(Refusal::kTooLarge, "a frame");
    return bytes;
}

}  // namespace

void silence_protobuf() {
    static const auto before = google::protobuf::SetLogHandler(nullptr);
    static_cast<void>(before);
}

Result<FromNode> read_from_node(BytesView bytes, const Limits& limits) {
    HZ_ASSIGN(const v1::FromNode message, parse<v1::FromNode>(bytes, limits));
    switch (message.content_case()) {
        case v1::FromNode::kHello: {
            if (bytes.size() > kMaxHelloBytes) return refuse(Refusal::kTooLarge, "a hello");
            HZ_ASSIGN(Hello hello, read_hello(message.hello()));
            return FromNode(std::move(hello));
        }
        case v1::FromNode::kFrame: {
            HZ_ASSIGN(Frame frame, read_frame(message.frame()));
            return FromNode(std::move(frame));
        }
        case v1::FromNode::CONTENT_NOT_SET: break;
    }
    return refuse(Refusal::kMalformed, "neither hello nor frame");
}

Result<FromCoordinator> read_from_coordinator(BytesView bytes, const Limits& limits) {
    HZ_ASSIGN(const v1::FromCoordinator message, parse<v1::FromCoordinator>(bytes, limits));
    switch (message.content_case()) {
        case v1::FromCoordinator::kWelcome: {
            const v1::Welcome& welcome = message.welcome();
            if (welcome.session().size() != kSessionBytes || welcome.heartbeat_period_ms() == 0 ||
                welcome.silence_limit_ms() <= welcome.heartbeat_period_ms()) {
                return refuse(Refusal::kMalformed, "a welcome");
            }
            using std::chrono::milliseconds;
            return WelcomeMessage{
                {welcome.protocol_version(), from_unix_ms(welcome.server_time_unix_ms()),
                 milliseconds(welcome.heartbeat_period_ms()), milliseconds(welcome.silence_limit_ms())},
                welcome.session()};
        }
        case v1::FromCoordinator::kFrame: {
            HZ_ASSIGN(Frame frame, read_frame(message.frame()));
            return FromCoordinator(std::move(frame));
        }
        case v1::FromCoordinator::CONTENT_NOT_SET: break;
    }
    return refuse(Refusal::kMalformed, "neither welcome nor frame");
}

Result<std::string> write_hello(const Hello& hello) {
    HZ_TRY(check_hello(hello));
    v1::FromNode message;
    v1::Hello* out = message.mutable_hello();
    for (const auto version : hello.protocol_versions) out->add_protocol_versions(version);
    out->set_software_version(hello.software_version);
    out->set_site(hello.site.str());
    for (const auto& task : hello.tasks) out->add_tasks(task);
    write_positions(hello.positions, out->mutable_positions());
    std::string bytes = message.SerializeAsString();
    if (bytes.size() > kMaxHelloBytes) return refuse(Refusal::kTooLarge, "a hello");
    return bytes;
}

std::string write_welcome(const WelcomeMessage& welcome) {
    using std::chrono::duration_cast, std::chrono::milliseconds;
    v1::FromCoordinator message;
    v1::Welcome* out = message.mutable_welcome();
    out->set_protocol_version(welcome.welcome.protocol_version);
    out->set_server_time_unix_ms(to_unix_ms(welcome.welcome.server_time));
    out->set_heartbeat_period_ms(static_cast<std::uint32_t>(welcome.welcome.heartbeat_period.count()));
    out->set_silence_limit_ms(static_cast<std::uint32_t>(welcome.welcome.silence_limit.count()));
    out->set_session(welcome.session);
    return message.SerializeAsString();
}

Result<std::string> write_from_node(const Frame& frame, const Limits& limits) {
    return write<v1::FromNode>(frame, limits);
}

Result<std::string> write_from_coordinator(const Frame& frame, const Limits& limits) {
    return write<v1::FromCoordinator>(frame, limits);
}

}  // namespace huizhen::rpc
