#include <huizhen/cases/conflicts.h>
#include <huizhen/cases/export.h>
#include <huizhen/cases/opinions.h>
#include <huizhen/cases/patients.h>

#include "entry_rows.h"
#include "export_folder.h"
#include "study_json.h"

namespace huizhen::cases {

namespace {

class Export {
  public:
    Export(CaseReader& reader, ExportFolder& folder, ProgressSink& progress, const std::stop_token& stop)
        : reader_(reader), folder_(folder), progress_(progress), stop_(stop) {}

    Status add_patient(const StoredPatient& patient);
    Status add_entries(PatientKey patient);
    Status add_case(StudyKey study, const std::string& place);

  private:
    Status add_object(const std::string& path, const objects::ObjectName& object);
    Status add_diagnoses(StudyKey study, const std::string& place);
    Status add_opinions(StudyKey study, const std::string& place);

    CaseReader& reader_;
    ExportFolder& folder_;
    ProgressSink& progress_;
    const std::stop_token& stop_;
    std::uint64_t objects_ = 0;
};

std::string iso(Time time) { return to_iso8601(time); }

Status Export::add_patient(const StoredPatient& patient) {
    Json json = to_json(patient.patient);
    HZ_ASSIGN(const auto past, past_of(reader_, patient.key));
    for (const PastPatient& one : past) {
        json["past"].push_back({{"replaced", iso(one.replaced)},
                                {"by", one.who},
                                {"source", one.source},
                                {"patient", to_json(one.patient)}});
    }
    HZ_ASSIGN(const auto merges, merges_of(reader_, patient.key));
    for (const Merge& merge : merges) {
        json["merges"].push_back({{"gone", merge.gone.value},
                                  {"kept", merge.kept.value},
                                  {"when", iso(merge.when)},
                                  {"by", merge.who},
                                  {"undone", merge.undone.has_value()}});
    }
    return folder_.add_json("patient.json", json);
}

Status Export::add_entries(PatientKey patient) {
    // Entry by entry: the file is as long as the chart, memory is not.
    HZ_ASSIGN(const auto keys,
              keys_of<EntryKey>(reader_.core(), "SELECT id FROM entries WHERE patient = ?1 ORDER BY id",
                                {patient.value}));
    std::string line;
    std::size_t at = 0;
    return folder_.add("entries.jsonl", [&]() -> Result<vault::BytesView> {
        if (at == keys.size()) return vault::BytesView();
        HZ_TRY(check_stop(stop_));
        HZ_ASSIGN(const auto found, entries_where(reader_.core(), "WHERE id = ?1", {keys[at++].value}));
        line.clear();
        for (const StoredEntry& entry : found) {
            Json json = {{"version", entry.version},
                         {"current", entry.current},
                         {"arrived", iso(entry.arrived)},
                         {"source", entry.source}};
            json.update(to_json(entry.entry));
            line += to_text(json) + "\n";
        }
        return vault::view_of(line);
    });
}

Status Export::add_object(const std::string& path, const objects::ObjectName& object) {
    HZ_TRY(check_stop(stop_));
    progress_.advance("export", ++objects_, 0);
    HZ_ASSIGN(objects::Reader content, reader_.core().store->read(object));
    return folder_.add(path, [&] { return content.next(); });
}

Status Export::add_case(StudyKey study, const std::string& place) {
    HZ_ASSIGN(const Case found, read_case(reader_, study));
    Json json = {{"uid", found.uid},
                 {"arrived", iso(found.arrived)},
                 {"state", number_of(found.state)},
                 {"description", to_json(found.description)},
                 {"series", Json::array()}};
    HZ_ASSIGN(const auto all_series, series_of(reader_, study));
    std::int64_t number = 0;
    for (const Series& series : all_series) {
        Json& one = json["series"].emplace_back(to_json(series.description));
        one["uid"] = series.uid;
        HZ_ASSIGN(const auto instances, instances_of(reader_, series.key));
        for (const Instance& instance : instances) {
            const std::string path = place + "instances/" + std::to_string(++number) + ".dcm";
            HZ_TRY(add_object(path, instance.object));
            one["instances"].push_back({{"uid", instance.uid},
                                        {"class", instance.class_uid},
                                        {"syntax", instance.transfer_syntax},
                                        {"path", path}});
        }
    }
    HZ_ASSIGN(const auto conflicts, conflicts_of(reader_, study));
    for (const Conflict& conflict : conflicts) {
        if (conflict.solved) continue;
        HZ_ASSIGN(const auto held, held_instances(reader_, conflict.key));
        for (const NewInstance& instance : held) {
            const std::string path = place + "held/" + std::to_string(++number) + ".dcm";
            HZ_TRY(add_object(path, instance.object));
            json["held"].push_back(
                {{"uid", instance.uid}, {"conflict", conflict_name(conflict.kind)}, {"path", path}});
        }
    }
    HZ_TRY(folder_.add_json(place + "case.json", json));
    HZ_TRY(add_diagnoses(study, place));
    return add_opinions(study, place);
}

// What a path is made of.
std::string plain(std::string_view word) {
    std::string name;
    for (const char c : word) {
        const bool fits =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
        name += fits ? c : '_';
    }
    return name;
}

Status Export::add_diagnoses(StudyKey study, const std::string& place) {
    HZ_ASSIGN(const auto keys, diagnoses_of(reader_, study));
    std::int64_t number = 0;
    for (const DiagnosisKey key : keys) {
        const std::string name = place + "diagnoses/" + std::to_string(++number);
        HZ_ASSIGN(const Diagnosis diagnosis, read_diagnosis(reader_, key));
        Json json = {{"when", iso(diagnosis.when)},
                     {"model", to_hex(diagnosis.model)},
                     {"inputs", to_hex(diagnosis.inputs)},
                     {"content", std::string(diagnosis.content.begin(), diagnosis.content.end())}};
        std::int64_t part = 0;
        for (const ResultObject& result : diagnosis.objects) {
            const std::string path = name + "-" + std::to_string(++part) + "-" + plain(result.role);
            HZ_TRY(add_object(path, result.object));
            json["results"].push_back({{"role", result.role}, {"path", path}});
        }
        HZ_TRY(folder_.add_json(name + ".json", json));
    }
    return {};
}

Status Export::add_opinions(StudyKey study, const std::string& place) {
    HZ_ASSIGN(const auto opinions, opinions_of(reader_, study));
    std::int64_t number = 0;
    for (const Opinion& opinion : opinions) {
        const std::string kind = opinion.kind == OpinionKind::kSignOff ? "sign-off" : "correction";
        HZ_TRY(
            folder_.add_json(place + "opinions/" + std::to_string(++number) + "-" + kind + ".json",
                             Json{{"when", iso(opinion.when)},
                                  {"account", opinion.account},
                                  {"content", std::string(opinion.content.begin(), opinion.content.end())}}));
    }
    return {};
}

}  // namespace

Status export_patient(CaseReader& reader, PatientKey patient, const std::filesystem::path& target, Time now,
                      ProgressSink& progress, const std::stop_token& stop) {
    HZ_ASSIGN(const StoredPatient stored, read_patient(reader, patient));
    HZ_ASSIGN(ExportFolder folder, ExportFolder::begin(target));
    Export all(reader, folder, progress, stop);
    HZ_TRY(all.add_patient(stored));
    HZ_TRY(all.add_entries(patient));
    HZ_ASSIGN(const auto studies, cases_of(reader, patient));
    std::int64_t number = 0;
    for (const StudyKey study : studies) {
        HZ_TRY(all.add_case(study, "cases/" + std::to_string(++number) + "/"));
    }
    return folder.finish({{"format", "huizhen-export 1"}, {"made", iso(now)}});
}

}  // namespace huizhen::cases
