#include <memory>
#include <sstream>

#include <CLI/CLI.hpp>

#include <huizhen/base/executor.h>
#include <huizhen/dicom/ct_writer.h>
#include <huizhen/lung/phantom.h>
#include <huizhen/node/diagnosis/output_folder.h>
#include <huizhen/node/diagnosis/words.h>
#include <huizhen/node/version.h>
#include <huizhen/terminal/report.h>
#include <huizhen/terminal/stop_signals.h>

#include "commands.h"

namespace huizhen::node {
namespace {

struct PhantomArguments {
    std::string out;
    imaging::PhantomOptions options;
};

imaging::CtWriteOptions named_synthetic(std::uint64_t seed) {
    imaging::CtWriteOptions options;
    options.patient_name = "SYNTHETIC^PHANTOM";
    options.patient_id = "SYNTHETIC-" + std::to_string(seed);
    options.manufacturer = kSyntheticManufacturer;
    options.study_description = "SYNTHETIC chest phantom";
    options.series_description = "SYNTHETIC chest phantom, no patient";
    options.study_seed = "huizhen phantom " + std::to_string(seed);
    options.series_seed = options.study_seed + " series";
    return options;
}

std::string truth_text(const imaging::ChestPhantom& phantom, const std::string& folder) {
    std::ostringstream out;
    out << "Wrote a SYNTHETIC chest CT of " << phantom.volume.size().z << " slices to " << folder
        << ". Nodules drawn into it (LPS, mm):\n";
    for (const imaging::PhantomNodule& nodule : phantom.nodules) {
        out << "  " << phantom_nodule_kind_name(nodule.kind) << ", " << fixed(nodule.diameter_mm, 1)
            << " mm at " << fixed(nodule.centre_mm.x, 1) << ", " << fixed(nodule.centre_mm.y, 1) << ", "
            << fixed(nodule.centre_mm.z, 1) << '\n';
    }
    return out.str();
}

ExitCode run(const PhantomArguments& arguments) {
    const StopSignals signals;
    auto folder = OutputFolder::prepare(arguments.out);
    if (!folder) return report(folder.error(), exit_code_of(folder.error()));
    Executor executor;
    const imaging::ChestPhantom phantom = imaging::make_chest_phantom(arguments.options, executor);
    Status written = check_stop(signals.token());
    if (written)
        written = write_ct_series(phantom.volume, named_synthetic(arguments.options.seed), folder->path());
    if (written) written = check_stop(signals.token());
    if (written) written = folder->commit();
    if (!written) return report(written.error(), exit_code_of(written.error()));
    return print(truth_text(phantom, arguments.out));
}

}  // namespace

void add_phantom(CLI::App& program, Action& action) {
    const auto arguments = std::make_shared<PhantomArguments>();
    CLI::App* command = program.add_subcommand(
        "phantom", "Writes a SYNTHETIC chest CT as DICOM, for trials: no patient is in it");
    command->add_option("--out", arguments->out, "new folder for the DICOM files")->required();
    command->add_option("--seed", arguments->options.seed, "another seed, another chest")
        ->capture_default_str();
    command->add_option("--slices", arguments->options.size.z, "how many axial slices")
        ->check(CLI::Range(40, 600))
        ->capture_default_str();
    command->footer(exit_codes_help());
    command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace huizhen::node
