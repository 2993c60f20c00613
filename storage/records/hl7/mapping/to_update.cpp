#include <huizhen/hl7/to_update.h>

#include "context.h"
#include "diagnoses.h"
#include "documents.h"
#include "group.h"
#include "observations.h"
#include "orders.h"
#include "patient.h"
#include "report.h"
#include "visit.h"

namespace huizhen::hl7 {
namespace {

enum class Family { kPatients, kMerges, kResults, kDocuments, kOrders };

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

Result<Family> family_of(std::string_view type, std::string_view event) {
    if (is_one_of(type, {"ORU", "OUL"})) return Family::kResults;
    if (is_one_of(type, {"ORM", "OML", "OMG", "OMI", "OMP", "RDE"})) return Family::kOrders;
    if (type == "MDM") {
        if (event.size() == 3 && event >= "T01" && event <= "T11") return Family::kDocuments;
        return fail(ErrorCode::kUnsupported, "event: MDM with an event other than T01 to T11");
    }
    if (type != "ADT")
        return fail(ErrorCode::kUnsupported, "message-type: only ADT, ORU, OUL, MDM and orders are read");
    if (is_one_of(event, {"A18", "A30", "A34", "A36", "A39", "A40", "A47"})) return Family::kMerges;
    if (is_one_of(event, {"A01", "A02", "A03", "A04", "A05", "A06", "A07", "A08", "A11", "A12", "A13", "A28",
                          "A31"}))
        return Family::kPatients;
    return fail(ErrorCode::kUnsupported, "event: an ADT event that changes no chart here");
}

Status check_header(const Message& message, const Settings& settings) {
    const Segment& header = message.header();
    const std::string version = header.text(12), processing = header.text(11);
    if (!version.empty() && !(version.starts_with("2.") && version.size() >= 3 && version[2] >= '1' &&
                              version[2] <= '8' && (version.size() == 3 || version[3] == '.')))
        return fail(ErrorCode::kUnsupported, "version: MSH-12 is none of 2.1 to 2.8");
    if (!processing.empty() && settings.processing_ids.find(processing) == std::string::npos)
        return fail(ErrorCode::kUnsupported, "processing-id: MSH-11 is none that is taken here");
    if (header.field(10).empty()) return fail(ErrorCode::kMalformedInput, "no-control-id: MSH-10 is empty");
    return {};
}

class Walk {
  public:
    Walk(const Context& context, Family family, std::string_view event)
        : context_(context), family_(family), event_(event) {}

    Status run() {
        for (const Segment& segment : context_.message.segments()) HZ_TRY(take(segment));
        HZ_TRY(end_patient());
        if (context_.update.patients.empty())
            return fail(ErrorCode::kMalformedInput, "no-patient: it has no PID segment");
        return {};
    }

  private:
    Status take(const Segment& segment) {
        const std::string_view name = segment.name();
        if (name == "PID") {
            HZ_TRY(end_patient());
            HZ_ASSIGN(auto patient, patient_of(context_, segment));
            now_ = chart::PatientUpdate{std::move(patient), std::nullopt, {}};
            return {};
        }
        if (!now_) return {};
        if (name == "MRG") {
            for (auto& gone : patient_ids(context_, segment.field(1))) gone_.push_back(std::move(gone));
        } else if (name == "PV1") {
            add(visit_of(context_, segment, event_));
        } else if (name == "DG1") {
            add(diagnosis_of(context_, segment));
        } else if (name == "PR1") {
            add(procedure_of(context_, segment));
        } else if (name == "AL1" || name == "IAM" || name == "PRB") {
            context_.warn("kept-out", segment);
        } else if (family_ != Family::kDocuments && !group_.take(segment)) {
            end_group();
            group_.take(segment);
        }
        return {};
    }

    void add(std::optional<chart::Entry> entry) {
        if (entry) now_->entries.push_back(std::move(*entry));
    }

    void end_group() {
        if (!group_.empty()) {
            std::vector<const Finding*> words;
            if (family_ == Family::kOrders) add(order_of(context_, group_));
            if (family_ == Family::kResults) words = report_findings(context_, group_);
            if (!words.empty()) now_->entries.push_back(report_of(context_, group_, words));
            add_observations(context_, group_, words, now_->entries);
        }
        group_ = Group();
    }

    // One update for each number that is gone, since each holds one.
    Status end_patient() {
        if (!now_) return {};
        if (family_ == Family::kDocuments) {
            HZ_TRY(add_documents(context_, event_, now_->entries));
        } else {
            end_group();
        }
        auto& patients = context_.update.patients;
        if (family_ == Family::kMerges) {
            if (gone_.empty())
                return fail(ErrorCode::kMalformedInput, "no-merged-id: MRG-1 holds no number of a patient");
            for (std::size_t i = 0; i < gone_.size(); ++i) {
                patients.push_back({now_->patient, chart::Merge{gone_[i]}, {}});
            }
            patients.back().entries = std::move(now_->entries);
        } else {
            patients.push_back(std::move(*now_));
        }
        gone_.clear();
        now_.reset();
        return {};
    }

    const Context& context_;
    Family family_;
    std::string_view event_;
    std::optional<chart::PatientUpdate> now_;
    std::vector<Phi<chart::PatientId>> gone_;
    Group group_;
};

}  // namespace

Result<chart::Update> to_update(const Message& message, const Settings& settings) {
    const Segment& header = message.header();
    HZ_TRY(check_header(message, settings));
    const std::string type = header.text(9), named = header.text(9, 2);
    const Segment* evn = message.find("EVN");
    const std::string event = named.empty() && evn != nullptr ? evn->text(1) : named;
    HZ_ASSIGN(const Family family, family_of(type, event));
    chart::Update update;
    update.source = "hl7:" + line_of(header.text(3)) + "|" + line_of(header.text(4));
    update.message_id = line_of(header.text(10));
    update.warnings = message.warnings();
    const Context context{message, settings, update};
    update.sent = context.time(header, 7);
    HZ_TRY(Walk(context, family, event).run());
    return update;
}

}  // namespace huizhen::hl7
