#pragma once

// Three hospitals with their folders on the disk, their daemons in threads, and a coordinator's round in
// memory behind a link that can be cut. Certificates, trust, rounds, jobs and files are real.

#include <condition_variable>
#include <thread>

#include <huizhen/acceptance/lineage_record.h>
#include <huizhen/base/file.h>
#include <huizhen/identity/certificate_authority.h>
#include <huizhen/identity/certificate_request.h>
#include <huizhen/identity/issuance_log.h>
#include <huizhen/rpc/round_codec.h>

#include "service/site.h"
#include "three_sites.h"

namespace huizhen::site {

class SmallFederation;

// One site's way to the coordinator.
class MemoryLink final : public Link {
  public:
    MemoryLink(SmallFederation& federation, std::size_t site) : federation_(federation), site_(site) {}
    Status send(rpc::RoundMessage message) override;
    Status fetch(const Sha256Digest& digest, rpc::ObjectStore& into, const rpc::Progress& progress,
                 const std::stop_token& stop) override;
    Status put(const Sha256Digest& digest, rpc::ObjectSource& from, const rpc::Progress& progress,
               const std::stop_token& stop) override;
    Result<rpc::EnrolReply> renew(std::string_view request_pem, std::string_view proof) override;
    Result<rpc::RosterPage> roster(std::uint64_t skip) override;
    Result<std::string> revocation_lists() override;
    Result<rpc::LineagePage> lineage(std::string_view task, std::uint64_t skip) override;
    Status leave(const rpc::TlsIdentity& identity, std::string_view why) override;
    Status reload(rpc::TlsIdentity) override;

  private:
    SmallFederation& federation_;
    std::size_t site_;
};

class SmallFederation {
  public:
    struct Hospital {
        Hospital(SmallFederation& federation, std::size_t number)
            : tasks(rounds::site_id(number).str()), link(federation, number) {}
        std::filesystem::path state;
        DrawnTasks tasks;
        MemoryLink link;
        std::unique_ptr<Site> site;
        std::jthread thread;
        Status ended;
    };

    // `age`: how long the certificates are there already, of a life of a day.
    explicit SmallFederation(std::chrono::hours age = std::chrono::hours(1));
    ~SmallFederation() {
        for (std::size_t i = 0; i < 3; ++i) stop(i);
    }

    void start(std::size_t i);
    // As a kill between two batches: nothing is told, the state stays as it was committed.
    void stop(std::size_t i);
    void start_all() {
        for (std::size_t i = 0; i < 3; ++i) start(i);
    }

    // Opens the plan's next round and tells the sites.
    void open_round();
    // The open round ends without a model.
    void abort() {
        const std::lock_guard lock(mutex);
        act(coordinator->apply({wall_now(system_clock()), rounds::Abort{"a person", "a test"}}).outputs);
    }
    // Waits until `done` says so of the open round, or a minute has passed.
    [[nodiscard]] bool wait(const std::function<bool()>& done);
    bool round_is_over() const { return coordinator && coordinator->done(); }
    std::optional<rounds::RoundResult> result() const {
        return coordinator ? coordinator->result() : std::nullopt;
    }

    std::unique_ptr<database::Connection> read(std::size_t i) {
        return open_for_reading(hospitals[i]->state).value();
    }
    void write_policy(std::size_t i, const std::string& text) {
        EXPECT_TRUE(write_file_atomically(hospitals[i]->state / kPolicyFileName, text));
    }

    // What the links call; each takes the lock.
    Status from_site(std::size_t i, const rpc::RoundMessage& message);
    void put_words(const rounds::ObjectRef& object, std::vector<std::uint32_t> words) {
        uploads_.put(object, std::move(words));
    }
    Result<std::string> certify(std::string_view request_pem, std::string_view proof, std::size_t i);

    testing::TemporaryFolder folder;
    secagg::SeededRandom random{rounds::secret_of("federation")};
    identity::RootAuthority root =
        identity::RootAuthority::create("Test", random,
                                        std::chrono::system_clock::now() - std::chrono::hours(48))
            .value();
    identity::IssuingAuthority issuing =
        root.certify_issuer(random, std::chrono::system_clock::now() - std::chrono::hours(48)).value();
    identity::PrivateKey lineage_key = identity::PrivateKey::generate(random);
    vault::KeyRing ring = vault::KeyRing::generate(system_random());
    Executor executor{1};
    std::unique_ptr<rpc::FileObjects> files =
        rpc::FileObjects::open_folder(folder.path() / "objects").value();
    rounds::ObjectRef model = put_start_model(*files, folder.path());
    rounds::ObjectRef next_model = put_start_model(*files, folder.path(), 2);
    rounds::TrainingPlan plan = training_plan(model);
    std::uint64_t number = 0;
    std::vector<std::unique_ptr<Hospital>> hospitals;
    std::vector<identity::Certificate> issued;
    std::vector<rpc::IssuedCertificate> log;
    std::vector<std::string> lineage;
    std::vector<std::pair<std::size_t, Sha256Digest>> puts;
    std::vector<std::pair<std::size_t, std::string>> left;
    int whole_logs = 0;                                         // that sites have read
    std::string revocation_lists;                               // PEM
    std::function<void(std::size_t, rounds::Step)> on_message;  // before it is taken in; may cut
    std::function<Status(std::size_t)> on_fetch, on_put;        // what refuses, before anything is moved

    std::recursive_mutex mutex;  // of all below, and of what the links read above
    std::condition_variable_any changed;
    bool cut[3] = {};
    std::optional<rounds::CoordinatorRound> coordinator;

  private:
    void enrol(std::size_t i, std::chrono::hours age);
    void act(const std::vector<rounds::CoordinatorOutput>& outputs);
    rounds::MemoryUploads uploads_;
    std::unique_ptr<identity::PeerVerifier> verifier_;
    std::optional<identity::CertificateDirectory> directory_;
};

inline SmallFederation::SmallFederation(std::chrono::hours age) {
    verifier_ = std::make_unique<identity::PeerVerifier>(
        identity::PeerVerifier::create(root.certificate(), std::span(&issuing.certificate(), 1)).value());
    for (std::size_t i = 0; i < 3; ++i) {
        hospitals.push_back(std::make_unique<Hospital>(*this, i));
        hospitals[i]->state = folder.path() / ("state-" + std::to_string(i));
        enrol(i, age);
    }
}

inline void SmallFederation::enrol(std::size_t i, std::chrono::hours age) {
    Hospital& hospital = *hospitals[i];
    const KeyFolder keys = KeyFolder::open(hospital.state).value();
    const auto key = keys.request_key(random).value();
    const auto name = rounds::site_id(i).str();
    const auto request =
        identity::read_request(identity::make_request(key, identity::Role::kSite, name).value()).value();
    const auto now = std::chrono::system_clock::now() - age;
    issued.push_back(issuing.issue(request, random, now, std::chrono::days(1)).value());
    log.push_back({rpc::SiteId(name), issuing.chain_pem(issued.back()), now, {}});
    EXPECT_TRUE(keys.write_root(root.certificate()));
    EXPECT_TRUE(keys.install(key, issuing.chain_pem(issued.back())));
    const auto connection =
        database::Connection::open(hospital.state / kDatabaseName, database::Access::kWrite).value();
    EXPECT_TRUE(migrate_state(*connection, system_clock()));
    Enrolment enrolment{name, "127.0.0.1:1",           root.certificate().fingerprint(),
                        "",   Membership::kEnrolled,   {},
                        "",   wall_now(system_clock())};
    EXPECT_TRUE(MembershipStore(*connection).set(enrolment));
}

inline void SmallFederation::start(std::size_t i) {
    Hospital& hospital = *hospitals[i];
    SiteParts parts;
    parts.ring = &ring;
    parts.tasks = &hospital.tasks;
    parts.compute = &executor;
    auto opened = Site::open(hospital.state, parts);
    ASSERT_TRUE(opened) << opened.error().to_string();
    hospital.site = std::move(*opened);
    hospital.thread = std::jthread([&hospital](const std::stop_token& stop) {
        hospital.ended = hospital.site->run(hospital.link, stop);
    });
    hospital.site->connected({});
    const std::lock_guard lock(mutex);
    cut[i] = false;
    // As a coordinator does at a hello.
    if (!coordinator) return;
    for (const auto& message : coordinator->pending_for(rounds::site_id(i), {}))
        hospital.site->message(rpc::encode_round_message(message));
}

inline void SmallFederation::stop(std::size_t i) {
    Hospital& hospital = *hospitals[i];
    {
        const std::lock_guard lock(mutex);
        cut[i] = true;
    }
    hospital.thread.request_stop();
    if (hospital.thread.joinable()) hospital.thread.join();
    hospital.site.reset();
}

inline void SmallFederation::open_round() {
    const std::lock_guard lock(mutex);
    rounds::RoundSetup setup = rounds::setup_for(plan);
    setup.number = ++number;
    setup.invited.clear();
    std::vector<identity::Bytes> certificates;
    for (std::size_t i = 0; i < 3; ++i) {
        setup.invited.push_back({rounds::site_id(i), issued[i].der()});
        certificates.push_back(issued[i].der());
    }
    const auto header = model_file::ModelReader::open(files->path_of(model.digest)).value().header();
    setup.words = compression::words_for(exchange::codec_of(plan, 3),
                                         exchange::strategy_of(plan, header).value().upload_values());
    setup.at = wall_now(system_clock());
    directory_.emplace(
        identity::CertificateDirectory::build(*verifier_, certificates, setup.at, {}, identity::SitePins()));
    coordinator.emplace(rounds::CoordinatorRound::open(setup, {&*directory_, &uploads_, &executor}).value());
    act(coordinator->pending());
}

inline bool SmallFederation::wait(const std::function<bool()>& done) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(60), done);
}

inline void SmallFederation::act(const std::vector<rounds::CoordinatorOutput>& outputs) {
    for (const auto& output : outputs) {
        if (const auto* send = std::get_if<rounds::Send>(&output)) {
            for (const auto& site : send->sites) {
                const std::size_t i = std::stoul(site.str().substr(5));
                if (!cut[i] && hospitals[i]->site)
                    hospitals[i]->site->message(rpc::encode_round_message(send->message));
            }
        } else if (std::holds_alternative<rounds::Aggregate>(output)) {
            act(coordinator->apply({wall_now(system_clock()), rounds::Installed{next_model, std::nullopt}})
                    .outputs);
        }
    }
    changed.notify_all();
}

inline Status SmallFederation::from_site(std::size_t i, const rpc::RoundMessage& message) {
    const std::lock_guard lock(mutex);
    if (cut[i]) return fail(ErrorCode::kUnavailable, "not-connected");
    const auto decoded = rpc::decode(message);
    EXPECT_TRUE(decoded) << decoded.error().to_string();
    if (!decoded || !coordinator) return {};
    if (on_message) on_message(i, rounds::step_of(decoded->body));
    if (cut[i]) return {};
    act(coordinator->apply({wall_now(system_clock()), rounds::FromSite{rounds::site_id(i), *decoded}})
            .outputs);
    return {};
}

inline Result<std::string> SmallFederation::certify(std::string_view request_pem, std::string_view proof,
                                                    std::size_t i) {
    const std::lock_guard lock(mutex);
    const identity::BytesView pem(reinterpret_cast<const std::uint8_t*>(request_pem.data()),
                                  request_pem.size());
    const identity::BytesView word(reinterpret_cast<const std::uint8_t*>(proof.data()), proof.size());
    HZ_ASSIGN(const auto current, identity::read_identity(issued[i]));
    HZ_ASSIGN(const auto request, identity::check_renewal(pem, word, current));
    const auto now = std::chrono::system_clock::now();
    HZ_ASSIGN(issued[i], issuing.issue(request, random, now, identity::Lifetimes{}.site));
    log.push_back({rpc::SiteId(request.name), issuing.chain_pem(issued[i]), now, {}});
    return issuing.chain_pem(issued[i]);
}

inline Status MemoryLink::send(rpc::RoundMessage message) { return federation_.from_site(site_, message); }

inline Status MemoryLink::fetch(const Sha256Digest& digest, rpc::ObjectStore& into, const rpc::Progress&,
                                const std::stop_token&) {
    {
        const std::lock_guard lock(federation_.mutex);
        if (federation_.on_fetch) HZ_TRY(federation_.on_fetch(site_));
    }
    HZ_ASSIGN(const auto source, federation_.files->open(digest));
    std::vector<std::uint8_t> bytes(source->size());
    HZ_TRY(source->read(0, bytes));
    HZ_ASSIGN(const auto sink, into.receive(digest, bytes.size(), "coordinator"));
    HZ_TRY(sink->write(bytes));
    return sink->commit();
}

inline Status MemoryLink::put(const Sha256Digest& digest, rpc::ObjectSource& from, const rpc::Progress&,
                              const std::stop_token&) {
    std::vector<std::uint32_t> words(from.size() / 4);
    HZ_TRY(from.read(0, {reinterpret_cast<std::uint8_t*>(words.data()), from.size()}));
    const std::lock_guard lock(federation_.mutex);
    if (federation_.cut[site_]) return fail(ErrorCode::kUnavailable, "not-connected");
    if (federation_.on_put) HZ_TRY(federation_.on_put(site_));
    federation_.puts.emplace_back(site_, digest);
    federation_.put_words({digest, from.size()}, std::move(words));
    return {};
}

inline Result<rpc::EnrolReply> MemoryLink::renew(std::string_view request_pem, std::string_view proof) {
    HZ_ASSIGN(std::string chain, federation_.certify(request_pem, proof, site_));
    return rpc::EnrolReply{rpc::EnrolReply::State::kIssued, "", std::move(chain),
                           federation_.root.certificate().pem(), ""};
}

inline Result<rpc::RosterPage> MemoryLink::roster(std::uint64_t skip) {
    const std::lock_guard lock(federation_.mutex);
    federation_.whole_logs += skip == 0;
    rpc::RosterPage page;
    identity::LogHead head;
    for (const auto& one : federation_.log) {
        const auto who =
            identity::read_identity(identity::read_chain(one.certificate_pem).value().front()).value();
        head = identity::append(head, identity::log_entry(who, one.issued));
        if (head.count > skip) page.certificates.push_back(one);
    }
    page.count = head.count;
    page.head.assign(reinterpret_cast<const char*>(head.hash.data()), head.hash.size());
    return page;
}

inline Result<std::string> MemoryLink::revocation_lists() {
    const std::lock_guard lock(federation_.mutex);
    return federation_.revocation_lists;
}

inline Result<rpc::LineagePage> MemoryLink::lineage(std::string_view, std::uint64_t skip) {
    const std::lock_guard lock(federation_.mutex);
    rpc::LineagePage page;
    for (std::size_t i = skip; i < federation_.lineage.size(); ++i)
        page.records.push_back(federation_.lineage[i]);
    const auto key = federation_.lineage_key.public_key();
    page.public_key.assign(reinterpret_cast<const char*>(key.data()), key.size());
    return page;
}

inline Status MemoryLink::leave(const rpc::TlsIdentity& identity, std::string_view why) {
    const std::lock_guard lock(federation_.mutex);
    if (federation_.cut[site_]) return fail(ErrorCode::kUnavailable, "not-connected: no way there");
    EXPECT_FALSE(identity.certificate_chain_pem.empty());
    federation_.left.emplace_back(site_, why);
    return {};
}

inline Status MemoryLink::reload(rpc::TlsIdentity) { return {}; }

}  // namespace huizhen::site
