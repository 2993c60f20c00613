#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include <huizhen/base/file.h>
#include <huizhen/node/diagnosis/document.h>
#include <huizhen/node/diagnosis/other_inputs.h>
#include <huizhen/node/diagnosis/output_folder.h>
#include <huizhen/node/diagnosis/pipeline.h>
#include <huizhen/node/diagnosis/summary.h>
#include <huizhen/terminal/report.h>
#include <huizhen/terminal/stop_signals.h>

#include "commands.h"
#include "patient_options.h"

namespace huizhen::node {
namespace {

struct DiagnoseArguments {
    DiagnosisRequest request;
    std::string out, text, emr, models;
    bool json = false, quiet = false;
    std::size_t threads = 0;
};

Result<std::vector<UnusedInput>> check_other_inputs(const DiagnoseArguments& arguments) {
    std::vector<UnusedInput> inputs;
    if (!arguments.text.empty()) {
        HZ_ASSIGN(UnusedInput text, check_text(arguments.text));
        inputs.push_back(std::move(text));
    }
    if (!arguments.emr.empty()) {
        HZ_ASSIGN(UnusedInput bundle, check_emr_bundle(arguments.emr));
        inputs.push_back(std::move(bundle));
    }
    return inputs;
}

Result<Models> load_models(const std::string& named, EngineRuntime& engine) {
    const std::filesystem::path folder =
        named.empty() ? default_models_folder() : std::filesystem::path(named);
    if (folder.empty()) {
        return fail(ErrorCode::kNotFound,
                    "no models are installed; name their folder with --models or HUIZHEN_MODELS");
    }
    return Models::load(folder, engine);
}

std::vector<std::string> file_names(const Diagnosis& diagnosis) {
    std::vector<std::string> names;
    for (const Finding& finding : diagnosis.findings) {
        if (!finding.picture.empty()) names.push_back(finding.picture);
    }
    if (!diagnosis.contact_sheet.empty()) names.push_back(diagnosis.contact_sheet);
    return names;
}

// The output folder is claimed before the work begins and filled under a temporary name until all is done.
ExitCode run(const DiagnoseArguments& arguments) {
    const StopSignals signals;
    auto unused = check_other_inputs(arguments);
    if (!unused) return report(unused.error(), exit_code_of_input(unused.error()));

    std::optional<OutputFolder> folder;
    DiagnosisRequest request = arguments.request;
    if (!arguments.out.empty()) {
        auto prepared = OutputFolder::prepare(arguments.out);
        if (!prepared) return report(prepared.error(), exit_code_of(prepared.error()));
        folder.emplace(std::move(*prepared));
        request.pictures_folder = folder->path();
    }

    EngineRuntime engine(arguments.threads);
    const auto models = load_models(arguments.models, engine);
    if (!models) return report(models.error(), exit_code_of(models.error()));

    ProgressBar bar(std::cerr, system_clock(), diagnosis_stages(), standard_error_style());
    ProgressSink& progress = arguments.quiet ? silent_progress() : bar;
    auto diagnosis =
        diagnose(request, {*models, engine.executor(), progress, system_clock(), signals.token()});
    bar.finish();
    if (!diagnosis) return report(diagnosis.error(), exit_code_of_input(diagnosis.error()));
    diagnosis->unused_inputs = std::move(*unused);

    const std::string document = to_json(*diagnosis, file_names(*diagnosis));
    if (folder) {
        Status written = write_file_atomically(folder->path() / kDocumentName, document);
        if (written) written = check_stop(signals.token());
        if (written) written = folder->commit();
        if (!written) return report(written.error(), exit_code_of(written.error()));
    }
    return print(arguments.json ? document : to_summary(*diagnosis, arguments.out));
}

}  // namespace

void add_diagnose(CLI::App& program, Action& action) {
    const auto arguments = std::make_shared<DiagnoseArguments>();
    CLI::App* command =
        program.add_subcommand("diagnose", "Reads one chest CT and says what the model finds, and why");
    command->add_option("folder", arguments->request.folder, "folder with one chest CT as DICOM files")
        ->required();
    command
        ->add_option(
            "--out", arguments->out,
            "folder for diagnosis.json and the pictures, readable by you alone; made, or replaced when an "
            "earlier result is in it")
        ->check([](const std::string& folder) { return folder.empty() ? "must name a folder" : ""; });
    command->add_flag("--json", arguments->json, "print diagnosis.json instead of the summary");
    command->add_option("--series", arguments->request.series_uid,
                        "series instance UID, where the folder holds several CT series");
    command->add_option("--text", arguments->text,
                        "a report as UTF-8 text; checked, not yet used by this model");
    command->add_option("--emr", arguments->emr,
                        "a FHIR R4 bundle as JSON; checked, not yet used by this model");
    command->add_option("--models", arguments->models, "folder with the trained networks");
    command->add_option("--threads", arguments->threads, "0: one for each processor")
        ->check(CLI::Range(0, 256));
    command->add_flag("--quiet", arguments->quiet, "no progress on standard error");
    add_patient_options(*command, arguments->request.patient);
    command->footer(exit_codes_help());
    command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace huizhen::node
