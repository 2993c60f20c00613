#include <huizhen/hl7/batch.h>
#include <huizhen/hl7/envelope.h>
#include <huizhen/records/file_reader.h>

namespace huizhen::records {

std::optional<Format> format_of(std::string_view bytes) {
    const std::string_view text = hl7::from_header(bytes);
    if (!text.empty() && (text.front() == '{' || text.starts_with("<Bundle") || text.starts_with("<?xml")))
        return Format::kFhir;
    for (const std::string_view name : {"MSH", "FHS", "BHS"}) {
        if (text.starts_with(name) && hl7::Delimiters::of(text)) return Format::kHl7;
    }
    const bool wide = bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF");
    if (text.empty() || (!wide && bytes.find('\0') != std::string_view::npos)) return std::nullopt;
    return Format::kText;
}

std::vector<Result<chart::Update>> read_records(std::string_view bytes, const FileSettings& settings) {
    std::vector<Result<chart::Update>> results;
    const auto format = format_of(bytes);
    if (format == Format::kFhir) {
        results.push_back(fhir::to_update(bytes, settings.fhir));
    } else if (format == Format::kHl7) {
        for (const std::string_view each : hl7::split_batch(bytes)) {
            const auto message = hl7::parse(each, settings.undeclared ? &*settings.undeclared : nullptr);
            results.push_back(message ? hl7::to_update(*message, settings.hl7) : fail(message.error()));
        }
    }
    if (results.empty())
        results.push_back(fail(ErrorCode::kUnsupported,
                               "not-records: the file holds neither HL7 messages nor a FHIR document"));
    return results;
}

}  // namespace huizhen::records
