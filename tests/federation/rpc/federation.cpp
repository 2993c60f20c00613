#include "federation.h"

#include <random>

namespace huizhen::rpc {

namespace {

using std::chrono::hours;

identity::Time now() { return std::chrono::system_clock::now(); }

std::string text(const RoundMessage& message) {
    return message.plan + "/" + std::to_string(message.round) + "/" + std::to_string(message.step) + " " +
           std::string(message.body.begin(), message.body.end()).substr(0, 64);
}

std::string text(const std::vector<Position>& positions) {
    std::string line;
    for (const auto& p : positions)
        line += " " + p.plan + "/" + std::to_string(p.round) + "/" + std::to_string(p.step);
    return line;
}

identity::IssuingAuthority make_authority() {
    auto& random = system_random();
    return identity::RootAuthority::create("test", random, now() - hours(1000))
        .value()
        .certify_issuer(random, now() - hours(1000))
        .value();
}

}  // namespace

Authority::Authority() : issuing_(make_authority()) {}

TlsIdentity Authority::issue(identity::Role role, std::string_view name, identity::Time begins) const {
    auto& random = system_random();
    const auto key = identity::PrivateKey::generate(random);
    const auto leaf =
        issuing_.issue({role, std::string(name), key.public_key()}, random, begins, identity::days(1))
            .value();
    return {root().pem(), issuing_.chain_pem(leaf), std::string(key.to_pem().reveal_secret("given to TLS"))};
}

TlsIdentity Authority::site(std::string_view name, std::chrono::seconds ends) const {
    return issue(identity::Role::kSite, name, now() + ends - hours(24));
}

TlsIdentity Authority::operator_(std::string_view name) const {
    return issue(identity::Role::kOperator, name, now());
}

TlsIdentity Authority::coordinator() const {
    auto& random = system_random();
    const auto key = identity::PrivateKey::generate(random);
    const std::vector<std::string> hosts{"localhost"};
    const auto leaf =
        issuing_.issue_server(key.public_key(), "coordinator", hosts, random, now(), identity::days(1))
            .value();
    return {root().pem(), issuing_.chain_pem(leaf), std::string(key.to_pem().reveal_secret("given to TLS"))};
}

const Authority& authority() {
    static const Authority made;
    return made;
}

const Authority& other_authority() {
    static const Authority made;
    return made;
}

Peers::Peers(const Authority& of)
    : verifier_(identity::PeerVerifier::create(of.root(), std::span(&of.issuing(), 1)).value()) {}

Result<Peer> Peers::check(std::string_view pem) const {
    ++asked_;
    const std::lock_guard lock(mutex_);
    const std::pair<identity::Role, Role> roles[] = {{identity::Role::kSite, Role::kSite},
                                                     {identity::Role::kCoordinator, Role::kCoordinator},
                                                     {identity::Role::kOperator, Role::kOperator}};
    for (const auto& [theirs, ours] : roles) {
        auto peer = verifier_.verify(pem, theirs, time_(), revocations_);
        if (peer) return Peer{ours, peer->name, to_hex(peer->fingerprint)};
        if (!peer.error().message().starts_with("certificate-other-role")) return fail(peer.error());
    }
    return refuse(Refusal::kWrongRole, "no role of ours");
}

void Peers::ban(std::string_view site) {
    const std::lock_guard lock(mutex_);
    revocations_.ban(identity::Role::kSite, site, now());
}

void Diary::write(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
    written_.notify_all();
}

std::size_t Diary::count(std::string_view beginning) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::count_if(
        lines_.begin(), lines_.end(), [&](const std::string& line) { return line.starts_with(beginning); }));
}

bool Diary::wait(std::string_view beginning, std::size_t times, std::chrono::seconds most) const {
    std::unique_lock lock(mutex_);
    const bool there = written_.wait_for(lock, most, [&] {
        return std::count_if(lines_.begin(), lines_.end(), [&](const std::string& line) {
                   return line.starts_with(beginning);
               }) >= static_cast<std::ptrdiff_t>(times);
    });
    if (!there) {
        for (const auto& line : lines_) GTEST_LOG_(INFO) << line;
    }
    return there;
}

std::vector<std::string> Diary::lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
}

Status Sessions::opened(SessionId, const Peer& site, const Hello& hello) {
    if (door) HZ_TRY(door(site, hello));
    diary.write("opened " + site.name + text(hello.positions));
    return {};
}

void Sessions::heartbeat(SessionId, const SiteId& site, const std::vector<Position>& positions) {
    diary.write("heartbeat " + site.str() + text(positions));
}

Status Sessions::message(SessionId, const SiteId& site, RoundMessage message) {
    if (judge) HZ_TRY(judge(message));
    diary.write("message " + site.str() + " " + text(message));
    return {};
}

void Sessions::notice(SessionId, const SiteId& site, const Notice& notice) {
    diary.write("notice " + site.str() + " " + notice.name);
}

void Sessions::closed(SessionId, const SiteId& site, const Error& why) {
    diary.write("closed " + site.str() + " " + why.message());
}

void Grants::allow_get(std::string_view site, const Sha256Digest& digest) {
    const std::lock_guard lock(mutex_);
    gets_[{std::string(site), digest}] = true;
}

void Grants::expect(std::string_view site, const Sha256Digest& digest, std::uint64_t most) {
    const std::lock_guard lock(mutex_);
    puts_[{std::string(site), digest}] = most;
}

Status Grants::may_get(const SiteId& site, const Sha256Digest& digest) const {
    const std::lock_guard lock(mutex_);
    if (gets_.contains({site.str(), digest})) return {};
    return refuse(Refusal::kNotAllowed, "not an object of a round of " + site.str());
}

Result<std::uint64_t> Grants::may_put(const SiteId& site, const Sha256Digest& digest) const {
    const std::lock_guard lock(mutex_);
    const auto found = puts_.find({site.str(), digest});
    if (found == puts_.end()) return refuse(Refusal::kNotExpected, "nobody waits for it");
    return found->second;
}

void Grants::received(const SiteId& site, const Sha256Digest& digest) {
    diary.write("received " + site.str() + " " + to_hex(digest));
}

Result<EnrolReply> Enrolments::enrol(const SiteId& site, std::string_view invitation,
                                     std::string_view request) {
    if (invitation != "the secret")
        return fail(ErrorCode::kPermissionDenied, "invitation-unknown: no such invitation");
    EnrolReply reply;
    reply.ticket = "ticket of " + site.str() + " for " + std::string(request);
    return reply;
}

Result<EnrolReply> Enrolments::poll(std::string_view ticket) {
    if (think) think();
    EnrolReply reply;
    reply.state = EnrolReply::State::kIssued;
    reply.certificate_chain_pem = "certificate for " + std::string(ticket);
    reply.trust_pem = "roots";
    return reply;
}

Result<EnrolReply> Enrolments::renew(const Peer& site, std::string_view request, std::string_view proof) {
    EnrolReply reply;
    reply.state = EnrolReply::State::kIssued;
    reply.certificate_chain_pem = site.name + " " + std::string(request) + " " + std::string(proof);
    return reply;
}

Result<RosterPage> Enrolments::roster(std::uint64_t skip, std::size_t max) {
    RosterPage page;
    page.count = 450;
    page.head = "head";
    for (std::uint64_t i = skip; i < page.count && page.certificates.size() < max; ++i) {
        page.certificates.push_back({SiteId("site-" + std::to_string(i)), "pem", now(), {}});
    }
    return page;
}

Result<LineagePage> Enrolments::lineage(std::string_view task, std::uint64_t skip, std::size_t) {
    return LineagePage{{std::string(task) + std::to_string(skip)}, "key"};
}

Limits Coordinator::quick() {
    Limits limits;
    limits.heartbeat_period = std::chrono::milliseconds(300);
    limits.sweep_period = std::chrono::milliseconds(100);
    return limits;
}

Coordinator::Coordinator(Limits limits, std::vector<grpc::Service*> services)
    : objects(FileObjects::open_folder(folder.path() / "objects").value()) {
    ServerOptions options;
    options.address = "127.0.0.1:0";
    options.identity = authority().coordinator();
    options.limits = limits;
    options.local_socket = folder.path() / "admin.sock";
    ServerParts parts;
    parts.peers = &peers;
    parts.sessions = &sessions;
    parts.objects = objects.get();
    parts.authoriser = &grants;
    parts.enrolment = &enrolments;
    parts.disk = &disk;
    parts.calls = &calls;
    parts.services = std::move(services);
    server = CoordinatorServer::start(std::move(options), std::move(parts)).value();
}

std::vector<Position> Handler::positions() {
    const std::lock_guard lock(mutex_);
    return positions_;
}

void Handler::set_positions(std::vector<Position> positions) {
    const std::lock_guard lock(mutex_);
    positions_ = std::move(positions);
}

void Handler::connected(const Welcome&) { diary.write("connected"); }
void Handler::heartbeat(const std::vector<Position>& positions) {
    diary.write("heartbeat" + text(positions));
}
void Handler::message(RoundMessage message) {
    if (on_message) on_message(message);
    diary.write("message " + text(message));
}
void Handler::notice(const Notice& notice) { diary.write("notice " + notice.name + ": " + notice.sentence); }
void Handler::disconnected(const Error& why, std::chrono::milliseconds) {
    diary.write("disconnected " + why.message());
}

Node::Node(std::string_view site, std::string address, NodeOptions options)
    : objects(FileObjects::open_folder(folder.path() / "objects").value()) {
    options.coordinator.address = std::move(address);
    if (!options.coordinator.proxy) options.coordinator.proxy = "";
    if (options.identity.private_key_pem.empty()) options.identity = authority().site(site);
    options.site = SiteId(std::string(site));
    options.first_retry = std::chrono::milliseconds(20);
    options.longest_retry = std::chrono::milliseconds(200);
    link = std::make_unique<NodeLink>(std::move(options), peers, handler);
    thread = std::jthread([this](const std::stop_token& stop) { ended = link->run(stop); });
}

void Node::stop() {
    thread.request_stop();
    if (thread.joinable()) thread.join();
}

RoundMessage round_message(std::string_view body, std::uint32_t step) {
    return {"plan", 1, step, Bytes(body.begin(), body.end())};
}

Bytes random_bytes(std::size_t size, unsigned seed) {
    std::mt19937_64 random(seed);
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(random());
    return bytes;
}

Sha256Digest digest_of(BytesView bytes) { return sha256(std::as_bytes(bytes)); }

Result<std::size_t> MemorySource::read(std::uint64_t offset, std::span<std::uint8_t> into) {
    const auto bytes = std::min<std::uint64_t>(into.size(), bytes_.size() - offset);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), bytes, into.begin());
    read_ += bytes;
    return bytes;
}

}  // namespace huizhen::rpc
