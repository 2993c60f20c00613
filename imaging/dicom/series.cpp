#include <map>
#include <mutex>
#include <set>

#include <huizhen/dicom/series.h>
#include <huizhen/volume/orient.h>

#include "pixel_access.h"
#include "series_scan.h"
#include "slice_plan.h"
#include "stored_values.h"

namespace huizhen::imaging {
namespace {

namespace fs = std::filesystem;

// The CT files of one series.
struct Group {
    std::string series_uid;
    std::vector<std::size_t> files;  // into FolderScan::ct
};

struct Candidate {
    Group group;
    std::size_t localisers = 0;
    std::size_t frames = 0;
    Result<SlicePlan> plan = fail(ErrorCode::kInternal, "not planned");
};

std::vector<Group> group_by_series(const FolderScan& scan) {
    std::map<std::string, Group> groups;
    for (std::size_t i = 0; i < scan.ct.size(); ++i) {
        const CtFile& file = scan.ct[i];
        Group& group = groups[file.series_uid];
        group.series_uid = file.series_uid;
        group.files.push_back(i);
    }
    std::vector<Group> list;
    for (auto& [uid, group] : groups) list.push_back(std::move(group));
    return list;
}

bool is_localiser(const FramePlace& place) { return place.image_type_3 == "LOCALIZER"; }

// Localisers lie in another frame of reference or not; they never count against their series.
Candidate plan_group(const FolderScan& scan, Group group, const LoadOptions& options,
                     std::optional<double> tilt) {
    Candidate candidate;
    std::vector<FrameRecord> frames;
    std::set<std::string> frames_of_reference, studies;
    std::size_t image_files = 0;
    std::string other_modality;
    for (std::size_t index : group.files) {
        const CtFile& file = scan.ct[index];
        const std::size_t before = frames.size();
        for (std::size_t f = 0; f < file.header.frames.size(); ++f) {
            const FramePlace& place = file.header.frames[f];
            if (is_localiser(place)) {
                ++candidate.localisers;
                continue;
            }
            frames.push_back({index, f, file.header.layout.rows, file.header.layout.columns, place,
                              file.header.sop_instance_uid});
        }
        if (frames.size() == before) continue;
        ++image_files;
        if (!file.other_modality.empty()) other_modality = file.other_modality;
        frames_of_reference.insert(file.frame_of_reference_uid);
        studies.insert(file.study_uid);
    }
    // Some de-identifiers give every file a frame of reference of its own: that says nothing about where the
    // patient lay, and the positions are left to speak. A few frames of reference with several slices each do
    // say something.
    const bool one_each = image_files > 1 && frames_of_reference.size() == image_files;
    candidate.frames = frames.size();
    if (studies.size() > 1) {
        candidate.plan = fail(ErrorCode::kUntrustworthyInput, "one series UID stands in several studies");
    } else if (!other_modality.empty()) {
        candidate.plan = fail(ErrorCode::kUntrustworthyInput,
                              "the files are CT images by their SOP class (0008,0016) but of modality " +
                                  other_modality + " (0008,0060)");
    } else if (frames_of_reference.size() > 1 && !one_each) {
        candidate.plan = fail(ErrorCode::kUntrustworthyInput, "the series mixes several frames of reference");
    } else if (frames.empty() && candidate.localisers > 0) {
        candidate.plan = fail(ErrorCode::kUntrustworthyInput, "the series holds nothing but localisers");
    } else {
        candidate.plan = plan_slices(std::move(frames), options.min_slices, tilt);
        if (candidate.plan && one_each) {
            candidate.plan->findings.push_back(
                {"frame-of-reference-per-slice", Severity::kWarning,
                 "every file names a frame of reference of its own; only the positions "
                 "tie the slices together"});
        }
    }
    candidate.group = std::move(group);
    return candidate;
}

std::string name_of(const Group& group) { return group.series_uid.empty() ? "(no UID)" : group.series_uid; }

std::string listing(const std::vector<Candidate>& candidates) {
    std::string text;
    for (const Candidate& candidate : candidates) {
        text += (text.empty() ? "" : "; ") + name_of(candidate.group) + " (" +
                std::to_string(candidate.frames) + " slices";
        if (candidate.plan) {
            std::array<char, 32> spacing{};
            std::snprintf(spacing.data(), spacing.size(), ", %.4g mm apart",
                          candidate.plan->geometry.spacing_mm.z);
            text += spacing.data();
        } else {
            text += ": " + candidate.plan.error().message();
        }
        text += ")";
    }
    return text;
}

Status check_patients(const FolderScan& scan) {
    if (scan.ct.empty()) {
        if (scan.junk == scan.files) {
            return fail(ErrorCode::kMalformedInput,
                        "none of the " + std::to_string(scan.files) + " files is DICOM");
        }
        std::string names;
        for (const std::string& name : scan.other_modalities) names += (names.empty() ? "" : ", ") + name;
        return fail(ErrorCode::kUnsupported,
                    "the folder holds no CT images, only " + names + ": a chest CT is needed");
    }
    for (const CtFile& file : scan.ct) {
        if (file.patient_key != scan.ct.front().patient_key) {
            return fail(
                ErrorCode::kUntrustworthyInput,
                "images of different patients are mixed: " + scan.ct.front().path.filename().string() +
                    " and " + file.path.filename().string() + " (0010,0010), (0010,0020)");
        }
    }
    return {};
}

Result<Candidate> choose(std::vector<Candidate> candidates, const LoadOptions& options,
                         std::vector<AssemblyFinding>& findings) {
    if (!options.series_uid.empty()) {
        for (Candidate& candidate : candidates) {
            if (candidate.group.series_uid != options.series_uid) continue;
            if (!candidate.plan) return fail(candidate.plan.error());
            return std::move(candidate);
        }
        return fail(ErrorCode::kInvalidArgument, "the folder does not hold series " + options.series_uid +
                                                     ", only " + listing(candidates));
    }
    const auto usable =
        std::count_if(candidates.begin(), candidates.end(), [](const auto& c) { return c.plan.has_value(); });
    if (usable > 1) {
        return fail(ErrorCode::kInvalidArgument, "several CT series: say which one. " + listing(candidates));
    }
    if (usable == 0) {
        if (candidates.size() == 1) return fail(candidates.front().plan.error());
        return fail(ErrorCode::kUntrustworthyInput,
                    "none of the CT series can be used: " + listing(candidates));
    }
    const auto chosen =
        std::find_if(candidates.begin(), candidates.end(), [](const auto& c) { return c.plan.has_value(); });
    for (const Candidate& other : candidates) {
        if (&other == &*chosen) continue;
        findings.push_back(
            {"other-series", Severity::kInfo,
             "series " + name_of(other.group) + " was left out: " + other.plan.error().message()});
    }
    return std::move(*chosen);
}

// Reads the slices of a plan into a volume; owns what the threads share.
class SliceReader {
  public:
    SliceReader(const FolderScan& scan, const SlicePlan& plan, const LoadOptions& options,
                ProgressSink& progress, const std::stop_token& stop)
        : scan_(scan),
          plan_(plan),
          options_(options),
          progress_(progress),
          stop_(stop),
          volume_(Volume::unfilled(plan.size, plan.geometry)) {}

    // Files with one slice go to the threads whole; files with many are opened once and shared.
    Status run(Executor& executor) {
        std::map<std::size_t, std::vector<std::size_t>> slices_of;  // file -> slices
        for (std::size_t z = 0; z < plan_.slices.size(); ++z) slices_of[plan_.slices[z].file].push_back(z);
        std::vector<std::size_t> singles;
        for (const auto& [file, slices] : slices_of) {
            if (slices.size() == 1) {
                singles.push_back(slices.front());
            } else {
                HZ_TRY(read_shared(file, slices, executor));
            }
        }
        executor.parallel_for(singles.size(), 1,
                              [&](std::size_t begin, std::size_t end) { read_singles(singles, begin, end); });
        if (failure_) return fail(*failure_);
        HZ_TRY(check_stop(stop_));
        return check_duplicates();
    }

    Volume take_volume() { return std::move(volume_); }
    const std::map<std::size_t, Sha256Digest>& digests() const { return digests_; }
    HounsfieldCounts counts() const { return counts_; }

  private:
    void read_singles(const std::vector<std::size_t>& slices, std::size_t begin, std::size_t end) {
        std::vector<std::byte> buffer;
        FrameScratch scratch;
        for (std::size_t i = begin; i < end && !stopped(); ++i) {
            const std::size_t file = plan_.slices[slices[i]].file;
            auto access = open(file, std::move(buffer));
            if (!access) return report(file, access.error());
            if (auto status = read_slice(*access, slices[i], scratch); !status)
                return report(file, status.error());
            buffer = access->release_buffer();
        }
    }

    Status read_shared(std::size_t file, const std::vector<std::size_t>& slices, Executor& executor) {
        auto access = open(file, {});
        if (!access) return fail(access.error().within(scan_.ct[file].path.filename().string()));
        executor.parallel_for(slices.size(), 1, [&](std::size_t begin, std::size_t end) {
            FrameScratch scratch;
            for (std::size_t i = begin; i < end && !stopped(); ++i) {
                if (auto status = read_slice(*access, slices[i], scratch); !status)
                    return report(file, status.error());
            }
        });
        if (failure_) return fail(*failure_);
        return {};
    }

    // The file again, this time for its pixels; it must still be what the scan saw.
    Result<PixelAccess> open(std::size_t file, std::vector<std::byte> buffer) {
        HZ_ASSIGN(PixelAccess access, PixelAccess::open(scan_.ct[file].path, std::move(buffer)));
        const ImageHeader& seen = scan_.ct[file].header;
        if (access.header().sop_instance_uid != seen.sop_instance_uid ||
            !(access.header().layout == seen.layout)) {
            return fail(ErrorCode::kIo, "changed while it was read");
        }
        if (options_.hash_inputs) {
            HZ_ASSIGN(const Sha256Digest digest, access.sha256_of_file());
            const std::lock_guard lock(mutex_);
            digests_[file] = digest;
        }
        return access;
    }

    Status read_slice(const PixelAccess& access, std::size_t z, FrameScratch& scratch) {
        const FrameRecord& slice = plan_.slices[z];
        HZ_ASSIGN(const auto frame, access.frame(slice.frame, scratch));
        const PixelLayout& layout = access.header().layout;
        const std::size_t plane =
            static_cast<std::size_t>(plan_.size.x) * static_cast<std::size_t>(plan_.size.y);
        const auto target = volume_.voxels().subspan(z * plane, plane);
        HounsfieldCounts counts;
        if (plan_.is_sheared) {
            std::vector<std::int16_t> upright(layout.samples());
            counts = to_hounsfield(layout, *slice.place.rescale, frame, upright);
            shear_slice(upright, layout, z, target);
        } else {
            counts = to_hounsfield(layout, *slice.place.rescale, frame, target);
        }
        const std::lock_guard lock(mutex_);
        counts_.padding += counts.padding;
        counts_.below_air += counts.below_air;
        ++done_;
        // At most about a hundred calls, however many slices.
        const std::size_t total = plan_.slices.size(), stride = std::max<std::size_t>(1, total / 100);
        if (done_ % stride == 0 || done_ == total) progress_.advance("read", done_, total);
        return {};
    }

    // Moves one slice sideways by a fraction of voxels: linear in x and y, kOutsideHu where the slice has
    // nothing.
    void shear_slice(std::span<const std::int16_t> slice, const PixelLayout& layout, std::size_t z,
                     std::span<std::int16_t> target) const {
        const double shift_x = plan_.origin_shift_x + static_cast<double>(z) * plan_.slice_shift_x;
        const double shift_y = plan_.origin_shift_y + static_cast<double>(z) * plan_.slice_shift_y;
        const auto hu = [&](int x, int y) {
            if (x < 0 || y < 0 || x >= layout.columns || y >= layout.rows)
                return static_cast<double>(kOutsideHu);
            return static_cast<double>(
                slice[static_cast<std::size_t>(y) * static_cast<std::size_t>(layout.columns) +
                      static_cast<std::size_t>(x)]);
        };
        std::size_t at = 0;
        for (int y = 0; y < plan_.size.y; ++y) {
            const double from_y = y - shift_y;
            const int y0 = static_cast<int>(std::floor(from_y));
            const double fy = from_y - y0;
            for (int x = 0; x < plan_.size.x; ++x) {
                const double from_x = x - shift_x;
                const int x0 = static_cast<int>(std::floor(from_x));
                const double fx = from_x - x0;
                const double value = (1 - fy) * ((1 - fx) * hu(x0, y0) + fx * hu(x0 + 1, y0)) +
                                     fy * ((1 - fx) * hu(x0, y0 + 1) + fx * hu(x0 + 1, y0 + 1));
                target[at++] = static_cast<std::int16_t>(std::lround(value));
            }
        }
    }

    // Two frames at one place must show the same; else they are two phases, or two patients' tables.
    Status check_duplicates() {
        for (const auto& [kept, dropped] : plan_.duplicates) {
            HZ_ASSIGN(const auto first, hounsfield_of(kept));
            HZ_ASSIGN(const auto second, hounsfield_of(dropped));
            if (first != second) {
                return fail(
                    ErrorCode::kUntrustworthyInput,
                    "two different slices lie at one place: " + scan_.ct[kept.file].path.filename().string() +
                        " and " + scan_.ct[dropped.file].path.filename().string());
            }
        }
        return {};
    }

    Result<std::vector<std::int16_t>> hounsfield_of(const FrameRecord& record) {
        const fs::path& path = scan_.ct[record.file].path;
        auto access = PixelAccess::open(path);
        if (!access) return fail(access.error().within(path.filename().string()));
        FrameScratch scratch;
        auto frame = access->frame(record.frame, scratch);
        if (!frame) return fail(frame.error().within(path.filename().string()));
        std::vector<std::int16_t> hu(access->header().layout.samples());
        to_hounsfield(access->header().layout, *record.place.rescale, *frame, hu);
        return hu;
    }

    bool stopped() {
        const std::lock_guard lock(mutex_);
        return failure_.has_value() || stop_.stop_requested();
    }

    // Keeps the error of the first file in path order, so that the message does not depend on the threads'
    // pace.
    void report(std::size_t file, const Error& error) {
        const std::lock_guard lock(mutex_);
        if (failure_ && failed_file_ <= file) return;
        failure_ = error.within(scan_.ct[file].path.filename().string());
        failed_file_ = file;
    }

    const FolderScan& scan_;
    const SlicePlan& plan_;
    const LoadOptions& options_;
    ProgressSink& progress_;
    const std::stop_token& stop_;
    Volume volume_;     // slices are disjoint: written without the lock
    std::mutex mutex_;  // guards everything below, and progress_
    std::map<std::size_t, Sha256Digest> digests_;
    HounsfieldCounts counts_;
    std::size_t done_ = 0;
    std::optional<Error> failure_;
    std::size_t failed_file_ = 0;
};

void describe_pixels(HounsfieldCounts counts, std::vector<AssemblyFinding>& findings) {
    if (counts.padding > 0) {
        findings.push_back({"padding-replaced", Severity::kInfo,
                            std::to_string(counts.padding) + " padding voxels were set to air"});
    }
    if (counts.below_air > 0) {
        findings.push_back({"outside-circle", Severity::kInfo,
                            std::to_string(counts.below_air) +
                                " voxels below air, outside the reconstruction circle, were set to air"});
    }
}

void describe_series(const LoadedSeries& series, bool assumed_syntax,
                     std::vector<AssemblyFinding>& findings) {
    if (series.info.patient_position.starts_with("FF")) {
        findings.push_back(
            {"feet-first", Severity::kInfo, "the patient lay feet first; positions already say so"});
    }
    if (series.info.lossy_compressed) {
        findings.push_back({"lossy-compression", Severity::kWarning,
                            "the images were compressed with loss: fine texture is not original"});
    }
    if (assumed_syntax) {
        findings.push_back({"assumed-transfer-syntax", Severity::kWarning,
                            "files name no transfer syntax; it was told from their first element"});
    }
    if (series.info.series_uid.empty()) {
        findings.push_back({"no-series-uid", Severity::kWarning,
                            "the files name no series (0020,000E); only the folder ties them together"});
    }
    if (series.info.frame_of_reference_uid.empty()) {
        findings.push_back({"no-frame-of-reference", Severity::kWarning,
                            "the files name no frame of reference (0020,0052)"});
    }
    const Geometry& g = series.volume.geometry();
    if (!(g.x_axis.x > 0.999 && g.y_axis.y > 0.999 && g.z_axis.z > 0.999)) {
        findings.push_back({"oblique", Severity::kInfo, "the slices lie oblique to the patient's axes"});
    }
}

std::vector<InputFile> list_inputs(const FolderScan& scan, const SlicePlan& plan,
                                   const std::map<std::size_t, Sha256Digest>& digests) {
    std::vector<InputFile> inputs;
    std::map<std::size_t, bool> seen;
    for (const FrameRecord& slice : plan.slices) {
        if (std::exchange(seen[slice.file], true)) continue;
        InputFile input;
        input.path = scan.ct[slice.file].path;
        if (const auto digest = digests.find(slice.file); digest != digests.end())
            input.sha256 = digest->second;
        input.sop_instance_uids.push_back(slice.sop_instance_uid);
        inputs.push_back(std::move(input));
    }
    return inputs;
}

Result<SeriesInfo> info_of(const CtFile& file) {
    HZ_ASSIGN(const FileReader reader, FileReader::open(file.path));
    const auto header = load_header(reader);
    if (!header) return fail(header.error().error.within(file.path.filename().string()));
    return series_info(header->file);
}

Result<LoadedSeries> load(const fs::path& folder, Executor& executor, ProgressSink& progress,
                          const std::stop_token& stop, const LoadOptions& options) {
    HZ_ASSIGN(const FolderScan scan, scan_folder(folder, executor, stop));
    HZ_TRY(check_patients(scan));
    LoadedSeries series;
    series.findings = scan.findings;
    std::vector<Candidate> candidates;
    for (Group& group : group_by_series(scan)) {
        HZ_ASSIGN(const SeriesInfo info, info_of(scan.ct[group.files.front()]));
        candidates.push_back(plan_group(scan, std::move(group), options, info.gantry_tilt_degrees));
    }
    HZ_ASSIGN(const Candidate chosen, choose(std::move(candidates), options, series.findings));
    const SlicePlan& plan = *chosen.plan;
    if (chosen.localisers > 0) {
        series.findings.push_back({"localiser-left-out", Severity::kInfo,
                                   std::to_string(chosen.localisers) + " localiser images were left out"});
    }
    series.findings.insert(series.findings.end(), plan.findings.begin(), plan.findings.end());
    HZ_ASSIGN(series.info, info_of(scan.ct[plan.slices.front().file]));

    SliceReader reader(scan, plan, options, progress, stop);
    HZ_TRY(reader.run(executor));
    describe_pixels(reader.counts(), series.findings);
    series.inputs = list_inputs(scan, plan, reader.digests());
    series.volume = to_patient_order(reader.take_volume());
    if (dot(series.volume.geometry().z_axis, plan.geometry.z_axis) > 0.999) {
        for (const FrameRecord& slice : plan.slices) series.slice_uids.push_back(slice.sop_instance_uid);
    }
    describe_series(series, scan.ct[plan.slices.front().file].assumed_syntax, series.findings);
    return series;
}

}  // namespace

Result<LoadedSeries> load_ct_series(const fs::path& folder, Executor& executor, ProgressSink& progress,
                                    std::stop_token stop, const LoadOptions& options) {
    try {
        return load(folder, executor, progress, stop, options);
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::kOutOfMemory, "not enough memory to assemble the series");
    }
}

}  // namespace huizhen::imaging
