// Worklist pages over many cases, against the limit of 20 ms at the 99th percentile and against a plain
// SQLite table that is scanned and sorted for the same page (which unseals nothing); and images added a
// second, 64 to a commit, against bare inserts of the same fields. In turns within one run. Usage:
// bench_cases FOLDER [IMAGES [CASES]], by default 100,000 images in 10,000 cases.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>

#include <sqlite3.h>

#include <huizhen/cases/opinions.h>
#include <huizhen/cases/worklist.h>

#include "sample.h"

namespace {

using namespace huizhen;
using namespace huizhen::cases;
namespace fs = std::filesystem;

constexpr double kLimitMs = 20;
constexpr int kQueries = 2000, kPage = 50, kBatch = 64;
const By kBy{"system:bench", "127.0.0.1", ""};

[[noreturn]] void stop(const std::string& what) {
    std::fprintf(stderr, "%s\n", what.c_str());
    std::exit(1);
}
template <typename T>
T must(Result<T> result) {
    if (!result) stop(result.error().to_string());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

class Plain {
  public:
    explicit Plain(const fs::path& path) {
        if (sqlite3_open(path.c_str(), &handle_) != SQLITE_OK) stop("sqlite3_open");
        run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE images (uid TEXT, class TEXT, "
            "syntax "
            "TEXT, object TEXT, bytes INTEGER, number INTEGER); CREATE TABLE cases (id INTEGER PRIMARY KEY, "
            "state "
            "INTEGER, priority INTEGER, review INTEGER, arrived INTEGER, name TEXT, description TEXT)");
    }
    ~Plain() { sqlite3_close(handle_); }
    Plain(const Plain&) = delete;
    Plain& operator=(const Plain&) = delete;

    void run(const char* sql) {
        if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) stop(sqlite3_errmsg(handle_));
    }
    sqlite3_stmt* prepare(const char* sql) {
        sqlite3_stmt* statement = nullptr;
        if (sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr) != SQLITE_OK)
            stop(sqlite3_errmsg(handle_));
        return statement;
    }

  private:
    sqlite3* handle_ = nullptr;
};

void add_plain(sqlite3_stmt* insert, const NewInstance& image) {
    int column = 1;
    for (const std::string* text :
         {&image.uid, &image.class_uid, &image.transfer_syntax, &image.object.str()}) {
        sqlite3_bind_text(insert, column++, text->c_str(), -1, SQLITE_STATIC);
    }
    sqlite3_bind_int64(insert, 5, image.bytes);
    sqlite3_bind_int64(insert, 6, image.number);
    if (sqlite3_step(insert) != SQLITE_DONE) stop("insert");
    sqlite3_reset(insert);
}

template <typename Body>
double ms_of(Body body) {
    const auto begin = std::chrono::steady_clock::now();
    body();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

double percentile(std::vector<double>& times, double part) {
    std::ranges::sort(times);
    return times[static_cast<std::size_t>(part * static_cast<double>(times.size() - 1))];
}

// A clock that goes on by a second for every case.
class Steps final : public Clock {
  public:
    std::chrono::system_clock::time_point now() const override { return now_; }
    std::chrono::steady_clock::time_point steady_now() const override { return {}; }
    void step() { now_ += std::chrono::seconds(1); }

  private:
    std::chrono::system_clock::time_point now_{std::chrono::hours(480'000)};
};

struct Bench {
    Bench(const fs::path& root, int images_wanted, int cases_wanted)
        : images(images_wanted),
          cases(cases_wanted),
          ring(vault::KeyRing::generate(system_random())),
          db(must(database::Connection::open(root / "x.db", database::Access::kWrite))),
          store(must(objects::Store::open(root / "objects", ring, system_random()))),
          log(must(audit::Log::open(*db, Secret<32>(), clock, system_random()))),
          book(must(CaseBook::open({*db, ring, *store, log, clock, system_random()}))),
          object(must(store->put(vault::view_of("an image")))),
          plain(root / "plain.db") {}

    void fill();
    void decide();
    void copy();
    void query();

    int images, cases;
    Steps clock;
    vault::KeyRing ring;
    std::unique_ptr<database::Connection> db;
    std::unique_ptr<objects::Store> store;
    audit::Log log;
    std::unique_ptr<CaseBook> book;
    objects::ObjectName object;
    Plain plain;
};

void Bench::fill() {
    sqlite3_stmt* insert = plain.prepare("INSERT INTO images VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    double ours_ms = 0, plain_ms = 0;
    std::vector<NewInstance> batch;
    const auto flush = [&] {
        ours_ms += ms_of([&] {
            auto transaction = must(db->begin());
            for (const auto& stored : must(add_instances(*book, transaction, batch, kBy))) {
                if (!stored || stored->outcome != Outcome::kAdded) stop("an image was not added");
            }
            must(transaction.commit());
        });
        plain_ms += ms_of([&] {
            plain.run("BEGIN IMMEDIATE");
            for (const NewInstance& image : batch) add_plain(insert, image);
            plain.run("COMMIT");
        });
        batch.clear();
    };
    const int per_case = images / cases;
    for (int i = 0; i < per_case * cases; ++i) {
        const int number = i / per_case;
        if (i % per_case == 0) clock.step();
        const auto patient = sample::patient(std::to_string(number / 3), "Test^" + std::to_string(number));
        batch.push_back(sample::image(patient, number, 1, i, object, "A" + std::to_string(number)));
        if (batch.size() == kBatch) flush();
    }
    if (!batch.empty()) flush();
    sqlite3_finalize(insert);
    std::printf("images added, %d to a commit: %.0f /s; bare inserts %.0f /s; ratio %.2f\n", kBatch,
                1e3 * images / ours_ms, 1e3 * images / plain_ms, plain_ms / ours_ms);
}

// Nine in ten are signed; of the rest some are urgent, doubtful, waiting or still coming in.
void Bench::decide() {
    std::mt19937 random(3);
    std::vector<Ready> all;
    {
        auto transaction = must(db->begin());
        all =
            must(complete_quiet(*book, transaction, std::chrono::milliseconds(0), cases - cases / 100, kBy));
        must(transaction.commit());
    }
    for (std::size_t i = 0; i < all.size();) {
        auto transaction = must(db->begin());
        for (int k = 0; k < 500 && i < all.size(); ++k, ++i) {
            const auto draw = random() % 1000;
            if (draw >= 970) {
                must(set_priority(*book, transaction, all[i].study,
                                  draw < 990 ? chart::Priority::kUrgent : chart::Priority::kStat, kBy));
            }
            if (draw >= 960) continue;
            NewDiagnosis diagnosis;
            diagnosis.ready = all[i];
            diagnosis.needs_review = draw >= 920;
            const auto recorded = must(record_diagnosis(*book, transaction, diagnosis, kBy));
            if (draw < 900) must(sign_off(*book, transaction, recorded.key, {}, kBy));
        }
        must(transaction.commit());
    }
}

void Bench::copy() {
    sqlite3_stmt* insert =
        plain.prepare("INSERT INTO cases VALUES (?1, ?2, ?3, ?4, ?5, 'Test^Anna', 'Thorax')");
    plain.run("BEGIN");
    must(database::each_row(*db, "SELECT id, state, priority, review, arrived_us FROM studies", {},
                            [&](const database::Rows& rows) -> Status {
                                for (int column = 0; column < 5; ++column) {
                                    HZ_ASSIGN(const auto value, rows.get<std::int64_t>(column));
                                    sqlite3_bind_int64(insert, column + 1, value);
                                }
                                if (sqlite3_step(insert) != SQLITE_DONE) stop("insert");
                                sqlite3_reset(insert);
                                return {};
                            }));
    plain.run("COMMIT");
    sqlite3_finalize(insert);
}

// What clinicians ask in turn: the list, a state, what needs them, a day, a number, and a page far down.
Filter question(std::mt19937& random, int cases, const Steps& clock) {
    switch (random() % 6) {
        case 0: return {.states = {CaseState::kDiagnosed, CaseState::kFailed}};
        case 1: return {.needs_review = true};
        case 2: {
            const auto from = clock.now() - std::chrono::seconds(random() % static_cast<unsigned>(cases));
            return {.arrived_from = from, .arrived_until = from + std::chrono::hours(1)};
        }
        case 3:
            return {.number = Phi<std::string>(std::to_string(random() % static_cast<unsigned>(cases / 3)))};
        case 4: return {.states = {CaseState::kSigned}};
        default: return {};
    }
}

void Bench::query() {
    sqlite3_stmt* scan = plain.prepare(
        "SELECT id, name, description FROM cases ORDER BY CASE WHEN state = 4 AND review = 0 THEN 4 WHEN "
        "priority = "
        "2 THEN 0 WHEN review OR state = 3 THEN 1 WHEN priority = 1 THEN 2 ELSE 3 END, arrived DESC, id DESC "
        "LIMIT 50");
    std::mt19937 random(11);
    std::vector<double> ours, theirs;
    std::optional<Place> deep;
    for (int i = 0; i < kQueries; ++i) {
        const Filter filter = question(random, cases, clock);
        const bool turns_page = filter.states.empty() && !filter.needs_review && !filter.arrived_from &&
                                filter.number == Phi<std::string>();
        ours.push_back(ms_of([&] {
            const Worklist page = must(worklist(*book, filter, turns_page ? deep : std::nullopt, kPage));
            if (turns_page) deep = page.next;
        }));
        if (i % 20 != 0) continue;
        theirs.push_back(ms_of([&] {
            int rows = 0;
            while (sqlite3_step(scan) == SQLITE_ROW) ++rows;
            if (rows != std::min(kPage, cases)) stop("the scan gave another number of rows");
            sqlite3_reset(scan);
        }));
    }
    sqlite3_finalize(scan);
    const double p50 = percentile(ours, 0.5), p99 = percentile(ours, 0.99);
    const double scan50 = percentile(theirs, 0.5), scan99 = percentile(theirs, 0.99);
    std::printf("worklist, a page of %d: p50 %.2f ms, p99 %.2f ms; of the limit of %.0f ms: %.2f\n", kPage,
                p50, p99, kLimitMs, p99 / kLimitMs);
    std::printf("table scan of %d cases: p50 %.2f ms, p99 %.2f ms; ratio %.2f and %.2f\n", cases, scan50,
                scan99, scan50 / p50, scan99 / p99);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) stop("Usage: bench_cases FOLDER [IMAGES [CASES]]");
    const int images = argc > 2 ? std::atoi(argv[2]) : 100'000;
    const int cases = argc > 3 ? std::atoi(argv[3]) : 10'000;
    if (cases < 300 || images < cases) stop("at least 300 cases, and an image each");
    const fs::path root = fs::path(argv[1]) / "bench-cases";
    fs::create_directories(root);
    {
        Bench bench(root, images, cases);
        std::printf("%d images in %d cases\n", images / cases * cases, cases);
        bench.fill();
        bench.decide();
        bench.copy();
        bench.query();
    }
    fs::remove_all(root);
    return 0;
}
