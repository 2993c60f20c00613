#include "series_scan.h"

#include <atomic>
#include <set>

#include <unistd.h>

#include <huizhen/dicom/limits.h>

namespace huizhen::imaging {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCtImage = "1.2.840.10008.5.1.4.1.1.2";
constexpr std::string_view kEnhancedCtImage = "1.2.840.10008.5.1.4.1.1.2.1";
constexpr std::string_view kLegacyEnhancedCtImage = "1.2.840.10008.5.1.4.1.1.2.2";
constexpr std::string_view kMediaDirectory = "1.2.840.10008.1.3.10";

constexpr std::string_view kModality = "CT";  // (0008,0060)

bool is_ct_class(std::string_view uid) {
    return uid == kCtImage || uid == kEnhancedCtImage || uid == kLegacyEnhancedCtImage;
}

Result<std::vector<fs::path>> list_files(const fs::path& folder) {
    std::error_code error;
    const auto status = fs::status(folder, error);
    if (error == std::errc::permission_denied)
        return fail(ErrorCode::kPermissionDenied, "permission denied on the way to " + folder.string());
    if (status.type() == fs::file_type::not_found)
        return fail(ErrorCode::kNotFound, "there is no folder " + folder.string());
    if (error) return fail(ErrorCode::kIo, folder.string() + " cannot be looked at: " + error.message());
    if (!fs::is_directory(status))
        return fail(ErrorCode::kInvalidArgument, folder.string() + " is not a folder");
    std::vector<fs::path> files;
    fs::recursive_directory_iterator entry(folder, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        if (entry.depth() >= kMaxFolderDepth) {
            return fail(ErrorCode::kLimitExceeded,
                        "folders nest deeper than " + std::to_string(kMaxFolderDepth));
        }
        std::error_code unreadable;
        if (!entry->is_regular_file(unreadable)) continue;
        if (files.size() >= kMaxFiles) {
            return fail(ErrorCode::kLimitExceeded,
                        "more than " + std::to_string(kMaxFiles) + " files in one folder");
        }
        files.push_back(entry->path());
    }
    if (error == std::errc::permission_denied) {
        return fail(ErrorCode::kPermissionDenied,
                    "the folder or one inside it may not be read: " + folder.string());
    }
    if (error) return fail(ErrorCode::kIo, "the folder cannot be listed: " + error.message());
    if (files.empty()) return fail(ErrorCode::kNotFound, "the folder is empty: " + folder.string());
    std::sort(files.begin(), files.end());
    return files;
}

// Case and trailing separators are typed differently by different consoles for one and the same person.
std::string comparable(std::string_view text) {
    std::string key;
    for (char c : text) key += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    key.erase(key.find_last_not_of("^ =") + 1);
    return key;
}

// What one file turned out to be.
struct FileOutcome {
    enum class Kind { kCt, kJunk, kOther, kUnreadableOther, kError } kind = Kind::kJunk;
    CtFile ct;
    std::string modality;
    std::optional<Error> error;
};

FileOutcome failed(const fs::path& path, const Error& error) {
    FileOutcome outcome;
    outcome.kind = FileOutcome::Kind::kError;
    outcome.error = error.within(path.filename().string());
    return outcome;
}

FileOutcome look_at(const fs::path& path) {
    const auto reader = FileReader::open(path);
    if (!reader) return failed(path, reader.error());
    const auto header = load_header(*reader);
    FileOutcome outcome;
    if (!header) {
        if (!header.error().is_dicom) return outcome;
        const std::string& uid = header.error().sop_class_uid;
        if (uid.empty() || is_ct_class(uid)) return failed(path, header.error().error);
        outcome.kind = FileOutcome::Kind::kUnreadableOther;
        return outcome;
    }
    const DataSet& data = header->file.data;
    std::string_view sop_class = data.text(make_tag(0x0008, 0x0016));
    if (sop_class.empty()) sop_class = header->file.sop_class_uid;
    outcome.modality = data.text(make_tag(0x0008, 0x0060)).substr(0, 16);
    if (!is_ct_class(sop_class)) {
        outcome.kind = FileOutcome::Kind::kOther;
        if (sop_class == kMediaDirectory) outcome.modality = "DICOMDIR";
        if (outcome.modality == kModality)
            outcome.modality += " by modality, SOP class " + std::string(sop_class.substr(0, 64));
        return outcome;
    }
    if (header->file.pixels && header->file.syntax->coding == PixelCoding::kNotRead) {
        return failed(path,
                      Error(ErrorCode::kUnsupported,
                            "transfer syntax " + std::string(header->file.syntax->name) + " is not read"));
    }
    auto image = image_header(header->file);
    if (!image) return failed(path, image.error());
    outcome.kind = FileOutcome::Kind::kCt;
    CtFile& ct = outcome.ct;
    ct.path = path;
    ct.patient_key = comparable(data.text(make_tag(0x0010, 0x0020))) + '\n' +
                     comparable(data.text(make_tag(0x0010, 0x0010)));
    if (outcome.modality != kModality) ct.other_modality = outcome.modality;
    ct.study_uid = data.text(make_tag(0x0020, 0x000D));
    ct.series_uid = data.text(make_tag(0x0020, 0x000E));
    ct.frame_of_reference_uid = data.text(make_tag(0x0020, 0x0052));
    ct.assumed_syntax = header->file.syntax_was_assumed;
    ct.header = std::move(*image);
    return outcome;
}

void report_left_out(FolderScan& scan, std::size_t others, std::size_t unreadable,
                     const std::set<std::string>& modalities) {
    if (scan.junk > 0) {
        scan.findings.push_back({"not-dicom", Severity::kInfo,
                                 std::to_string(scan.junk) + " files that are not DICOM were left out"});
    }
    if (others > 0) {
        std::string names;
        for (const std::string& name : modalities) names += (names.empty() ? "" : ", ") + name;
        scan.findings.push_back(
            {"other-object", Severity::kInfo,
             std::to_string(others) + " DICOM objects that are no CT images were left out (" + names + ")"});
    }
    if (unreadable > 0) {
        scan.findings.push_back(
            {"unreadable-object", Severity::kWarning,
             std::to_string(unreadable) + " broken DICOM files that are no CT images were left out"});
    }
    scan.other_modalities.assign(modalities.begin(), modalities.end());
}

}  // namespace

Result<FolderScan> scan_folder(const fs::path& folder, Executor& executor, const std::stop_token& stop) {
    HZ_ASSIGN(const std::vector<fs::path> files, list_files(folder));
    std::vector<FileOutcome> outcomes(files.size());
    std::atomic<std::size_t> frames = 0;
    executor.parallel_for(files.size(), 8, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end && !stop.stop_requested() && frames <= kMaxFolderFrames; ++i) {
            outcomes[i] = look_at(files[i]);
            frames += outcomes[i].ct.header.frames.size();
        }
    });
    HZ_TRY(check_stop(stop));
    if (frames > kMaxFolderFrames) {
        return fail(ErrorCode::kLimitExceeded,
                    "more than " + std::to_string(kMaxFolderFrames) + " frames in one folder");
    }
    FolderScan scan;
    scan.files = files.size();
    std::size_t others = 0, unreadable = 0;
    std::set<std::string> modalities;
    for (FileOutcome& outcome : outcomes) {
        switch (outcome.kind) {
            case FileOutcome::Kind::kError: return fail(std::move(*outcome.error));
            case FileOutcome::Kind::kJunk: ++scan.junk; break;
            case FileOutcome::Kind::kUnreadableOther: ++unreadable; break;
            case FileOutcome::Kind::kOther:
                ++others;
                modalities.insert(outcome.modality.empty() ? "no modality" : outcome.modality);
                break;
            case FileOutcome::Kind::kCt: scan.ct.push_back(std::move(outcome.ct)); break;
        }
    }
    report_left_out(scan, others, unreadable, modalities);
    return scan;
}

}  // namespace huizhen::imaging
