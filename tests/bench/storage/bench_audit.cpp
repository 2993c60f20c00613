// Audit entries a second against bare SQLite inserts of the same fields, WAL and synchronous=FULL: each in a
// transaction of its own (durable), and 1,000 in one. In turns within one run.
// Usage: bench_audit FOLDER [ENTRIES], by default 2,000 durable ones.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <sqlite3.h>

#include <huizhen/audit/log.h>
#include <huizhen/audit/verify.h>

namespace {

using namespace huizhen;
namespace fs = std::filesystem;

[[noreturn]] void stop(const char* what) {
    std::fprintf(stderr, "%s\n", what);
    std::exit(1);
}

template <typename T>
T must(Result<T> result) {
    if (!result) stop(result.error().to_string().c_str());
    return std::move(*result);
}
void must(const Status& status) {
    if (!status) stop(status.error().to_string().c_str());
}

class Bare {
  public:
    explicit Bare(const fs::path& path) {
        if (sqlite3_open(path.c_str(), &handle_) != SQLITE_OK) stop("sqlite3_open");
        run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (number INTEGER PRIMARY KEY, "
            "time INTEGER, "
            "who TEXT, what TEXT, origin TEXT, why TEXT)");
        sqlite3_prepare_v2(handle_, "INSERT INTO t VALUES (NULL, ?1, ?2, ?3, ?4, ?5)", -1, &insert_, nullptr);
    }
    ~Bare() {
        sqlite3_finalize(insert_);
        sqlite3_close(handle_);
    }
    Bare(const Bare&) = delete;
    Bare& operator=(const Bare&) = delete;

    void run(const char* sql) {
        if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) stop(sql);
    }
    void insert(const audit::Event& event) {
        sqlite3_bind_int64(insert_, 1, 1);
        int column = 2;
        for (const std::string* text : {&event.who, &event.what, &event.from, &event.why}) {
            sqlite3_bind_text(insert_, column++, text->c_str(), -1, SQLITE_STATIC);
        }
        if (sqlite3_step(insert_) != SQLITE_DONE) stop("insert");
        sqlite3_reset(insert_);
    }

  private:
    sqlite3* handle_ = nullptr;
    sqlite3_stmt* insert_ = nullptr;
};

template <typename Body>
double seconds_of(Body body) {
    const auto begin = std::chrono::steady_clock::now();
    body();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) stop("Usage: bench_audit FOLDER [ENTRIES]");
    const int entries = argc > 2 ? std::atoi(argv[2]) : 2000;
    const fs::path root = fs::path(argv[1]) / "bench-audit";
    fs::create_directories(root);

    const auto db = must(database::Connection::open(root / "audit.db", database::Access::kWrite));
    Secret<32> seed;
    system_random().fill(seed.mutable_bytes());
    audit::Log log = must(audit::Log::open(*db, seed, system_clock(), system_random()));
    Bare bare(root / "bare.db");
    const audit::Event event{"user:li.wei", "open-case", "10.20.30.40", "ward round", std::nullopt};

    double bare_one = 0, audit_one = 0, bare_many = 0, audit_many = 0;
    for (int i = 0; i < entries; ++i) {
        bare_one += seconds_of([&] { bare.insert(event); });
        audit_one += seconds_of([&] { must(log.append(event)); });
    }
    constexpr int kBatches = 10, kBatch = 1000;
    for (int batch = 0; batch < kBatches; ++batch) {
        bare_many += seconds_of([&] {
            bare.run("BEGIN IMMEDIATE");
            for (int i = 0; i < kBatch; ++i) bare.insert(event);
            bare.run("COMMIT");
        });
        audit_many += seconds_of([&] {
            auto transaction = must(db->begin());
            for (int i = 0; i < kBatch; ++i) must(log.append(transaction, event));
            must(transaction.commit());
        });
    }
    audit::Verdict verdict;
    const double verified = seconds_of([&] { verdict = must(audit::verify(*db, log.public_key())); });
    if (verdict.broken) stop("the chain is broken");
    std::printf("durable, one by one: bare %.0f /s, audit %.0f /s; ratio %.2f\n", entries / bare_one,
                entries / audit_one, bare_one / audit_one);
    std::printf("1,000 at a time:     bare %.0f /s, audit %.0f /s; ratio %.2f\n",
                kBatches * kBatch / bare_many, kBatches * kBatch / audit_many, bare_many / audit_many);
    std::printf("verify:              %.0f entries/s\n", static_cast<double>(verdict.entries) / verified);
    fs::remove_all(root);
    return 0;
}
