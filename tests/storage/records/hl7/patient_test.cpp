#include "messages.h"

namespace huizhen::hl7 {
namespace {

chart::Patient patient(const std::string& pid) {
    return updated(lines(header("ADT^A08"), pid)).patients.at(0).patient;
}
std::string ids(const chart::Patient& patient) {
    std::string text;
    for (const auto& id : patient.ids) {
        const auto& plain = id.reveal_phi("test");
        text += plain.value + "@" + plain.authority + " ";
    }
    return text;
}
std::string name(const std::string& pid5) { return patient("PID|1||A||" + pid5).name.reveal_phi("test"); }

TEST(Patient, has_the_numbers_of_each_authority) {
    EXPECT_EQ(
        ids(patient("PID|1||S1^^^USSSA^SS~P1^^^H1&1.2&ISO^PI~M1^^^&1.2.3&ISO^MR~V1^^^H1^VN~A1^^^H1^AN")),
        "M1@1.2.3 P1@H1 S1@USSSA ");
    EXPECT_EQ(ids(patient("PID|1||007^^^H~007^^^H~\"\"^^^H")), "007@H ");
    EXPECT_EQ(ids(patient("PID|1|OLD")), "OLD@ ");  // 2.2
    Settings settings;
    settings.default_authority = "HIS";
    EXPECT_EQ(ids(updated(lines(header("ADT^A08"), "PID|1||7"), settings).patients[0].patient), "7@HIS ");
}

TEST(Patient, without_a_number_is_refused) {
    for (const char* pid : {"PID|1", "PID|1||", "PID|1||^^^H", "PID|1||\"\"", "PID|1||V1^^^H^VN"})
        EXPECT_EQ(refusal(lines(header("ADT^A08"), pid)), "no-patient-id") << pid;
    EXPECT_EQ(refusal(lines(header("ADT^A08"), "PV1|1")), "no-patient");
}

TEST(Patient, has_a_name_as_dicom_writes_it) {
    EXPECT_EQ(name("Everyman&van&&^Adam^A^III^Dr.^MD^L"), "Everyman^Adam^A^Dr.^III");
    EXPECT_EQ(name("Li^Wei"), "Li^Wei");
    EXPECT_EQ(name("Nick^N^^^^^N~Real^R^^^^^L"), "Real^R");
    EXPECT_EQ(name("\xE5\xBC\xA0\xE4\xB8\x89"), "\xE5\xBC\xA0\xE4\xB8\x89");
    EXPECT_EQ(name("Zhang^San^^^^^L^A~\xE5\xBC\xA0^\xE4\xB8\x89^^^^^L^I"),
              "Zhang^San=\xE5\xBC\xA0^\xE4\xB8\x89");
    EXPECT_EQ(name("Yamada^Taro^^^^^L^A~y^t^^^^^L^P"), "Yamada^Taro==y^t");
    EXPECT_EQ(name("a\\S\\b=c"), "a b c");
    EXPECT_EQ(name(""), "");
}

TEST(Patient, has_sex_and_birth) {
    EXPECT_EQ(patient("PID|1||A|||||F").sex, chart::Sex::kFemale);
    EXPECT_EQ(patient("PID|1||A|||||M").sex, chart::Sex::kMale);
    EXPECT_EQ(patient("PID|1||A|||||A").sex, chart::Sex::kOther);
    EXPECT_EQ(patient("PID|1||A|||||2").sex, chart::Sex::kFemale);
    EXPECT_EQ(patient("PID|1||A|||||U").sex, chart::Sex::kUnknown);
    const auto birth = [](const char* pid7) {
        const auto found = patient(std::string("PID|1||A||||") + pid7).birth;
        return found ? chart::to_text(found->reveal_phi("test")) : "none";
    };
    EXPECT_EQ(birth("19630815"), "1963-08-15");
    EXPECT_EQ(birth("1963"), "1963");
    EXPECT_EQ(birth("198808181126+0215"), "1988-08-18");  // not the 17th, whatever the zone
    EXPECT_EQ(birth(""), "none");
    EXPECT_EQ(birth("00000000"), "none");
    EXPECT_EQ(birth("yesterday"), "none");
    EXPECT_EQ(updated(lines(header("ADT^A08"), "PID|1||A||||yesterday")).warnings,
              std::vector<std::string>{"time: PID 1"});
}

TEST(Visit, is_kept_with_its_number) {
    const auto update =
        updated(lines(header("ADT^A01"), "PID|1||A",
                      "PV1|1|I|||||||||||||||||V7|||||||||||||||||||||||||20260301|20260303"));
    ASSERT_EQ(update.patients[0].entries.size(), 1u);
    EXPECT_EQ(update.patients[0].entries[0].source_id, "visit:V7");
    const auto visit = contents<chart::Encounter>(update.patients[0]).at(0);
    EXPECT_EQ(visit.kind, "inpatient");
    EXPECT_EQ(chart::to_text(*visit.from), "2026-03-01");
    EXPECT_EQ(chart::to_text(*visit.until), "2026-03-03");
    const auto cancelled = updated(lines(header("ADT^A11"), "PID|1||A", "PV1|1|I|||||||||||||||||V7"));
    EXPECT_EQ(contents<chart::Encounter>(cancelled.patients[0]).at(0).state, chart::State::kWithdrawn);
    EXPECT_TRUE(updated(lines(header("ADT^A31"), "PID|1||A", "PV1|1|N")).patients[0].entries.empty());
}

TEST(Diagnoses, and_procedures_are_kept) {
    const auto update = updated(
        lines(header("ADT^A01"), "PID|1||A", "DG1|1||C34.1^Lung cancer^I10|Upper lobe|20260301|F",
              "DG1|2|I9||words alone||W", "PR1|1||76164006^Biopsy^SCT||20260302", "AL1|1|DA|penicillin"));
    const auto conditions = contents<chart::Condition>(update.patients[0]);
    ASSERT_EQ(conditions.size(), 2u);
    EXPECT_EQ(conditions[0].what.codes[0].system, "http://hl7.org/fhir/sid/icd-10");
    EXPECT_EQ(conditions[0].what.text, "Upper lobe");
    EXPECT_EQ(conditions[1].what.text, "words alone");
    EXPECT_EQ(conditions[1].state, chart::State::kPreliminary);
    EXPECT_EQ(contents<chart::Procedure>(update.patients[0]).at(0).what.codes[0].system,
              "http://snomed.info/sct");
    EXPECT_EQ(update.warnings, std::vector<std::string>{"kept-out: AL1 1"});
}

TEST(Merge, files_the_old_number_under_the_new) {
    for (const char* event : {"ADT^A40^ADT_A39", "ADT^A18", "ADT^A34", "ADT^A30", "ADT^A36", "ADT^A47"}) {
        const auto update = updated(lines(header(event), "PID|1||NEW^^^H", "MRG|OLD^^^H"));
        ASSERT_EQ(update.patients.size(), 1u) << event;
        ASSERT_TRUE(update.patients[0].merge);
        EXPECT_EQ(update.patients[0].merge->gone.reveal_phi("test"), (chart::PatientId{"OLD", "H"}));
    }
    const auto several = updated(
        lines(header("ADT^A40"), "PID|1||N1^^^H", "MRG|O1^^^H~O2^^^H", "PID|1||N2^^^H", "MRG|O3^^^H"));
    ASSERT_EQ(several.patients.size(), 3u);
    EXPECT_EQ(ids(several.patients[1].patient), "N1@H ");
    EXPECT_EQ(several.patients[1].merge->gone.reveal_phi("test").value, "O2");
    EXPECT_EQ(ids(several.patients[2].patient), "N2@H ");
    EXPECT_EQ(refusal(lines(header("ADT^A40"), "PID|1||NEW", "MRG|")), "no-merged-id");
    EXPECT_EQ(refusal(lines(header("ADT^A40"), "PID|1||NEW")), "no-merged-id");
}

TEST(Update, says_who_said_it) {
    const auto update = updated(lines(header("ADT^A08"), "PID|1||A"));
    EXPECT_EQ(update.source, "hl7:LIS|CENTRAL");
    EXPECT_EQ(update.message_id, "M1");
    EXPECT_EQ(chart::to_text(*update.sent), "2026-03-01T08:15:30Z");
    Settings beijing;
    beijing.without_zone = std::chrono::hours(-8);
    EXPECT_EQ(chart::to_text(*updated(lines(header("ADT^A08"), "PID|1||A"), beijing).sent),
              "2026-03-01T00:15:30Z");
}

TEST(Update, is_refused_by_name) {
    const auto of = [](const std::string& msh) { return refusal(lines(msh, "PID|1||A")); };
    EXPECT_EQ(of(header("SIU^S12")), "message-type");
    EXPECT_EQ(of(header("ADT^A23")), "event");  // erases a patient: a person decides
    EXPECT_EQ(of(header("ADT^A24")), "event");
    EXPECT_EQ(of(header("MDM^T99")), "event");
    EXPECT_EQ(of(header("")), "message-type");
    EXPECT_EQ(of("MSH|^~\\&|A|B|C|D|2026||ADT^A08||P|2.5"), "no-control-id");
    EXPECT_EQ(of("MSH|^~\\&|A|B|C|D|2026||ADT^A08|1|T|2.5"), "processing-id");
    EXPECT_EQ(of("MSH|^~\\&|A|B|C|D|2026||ADT^A08|1|P|3.0"), "version");
    EXPECT_EQ(of("MSH|^~\\&|A|B|C|D|2026||ADT^A08|1|P|2.999"), "version");
    EXPECT_EQ(of("MSH|^~\\&|A|B|C|D|2026||ADT^A08|1|P|2.5.1^^"), "accepted");
    EXPECT_EQ(of("MSH|^~\\&|A|B|C|D|2026||ADT^A08|1||"), "accepted");
    EXPECT_EQ(refusal(lines("MSH|^~\\&|A|B|C|D|2026||ADT|1|P|2.2", "EVN|A08", "PID|1|A")), "accepted");
    Settings training;
    training.processing_ids = "PT";
    EXPECT_EQ(refusal(lines("MSH|^~\\&|A|B|C|D|2026||ADT^A08|1|T|2.5", "PID|1||A"), training), "accepted");
}

}  // namespace
}  // namespace huizhen::hl7
