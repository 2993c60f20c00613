#include <CLI/CLI.hpp>

#include <huizhen/base/file.h>
#include <huizhen/settings/table.h>
#include <huizhen/terminal/report.h>

#include "authority/key_folder.h"
#include "commands/commands.h"
#include "commands/passphrase.h"
#include "config/config.h"

namespace huizhen::coordinator {
namespace {

namespace fs = std::filesystem;

struct Words {
    std::string federation, advertise, listen = "0.0.0.0:7443", root_key, passphrase_file, serial;
    std::vector<std::string> hosts;
};

Status init(const fs::path& state, const Words& words) {
    Config config;
    config.federation = words.federation;
    config.advertise = words.advertise;
    config.listen = words.listen;
    HZ_TRY(settings::check_address(config.advertise));
    HZ_TRY(settings::check_address(config.listen));
    config.hosts = words.hosts;
    if (config.hosts.empty()) config.hosts = {config.advertise.substr(0, config.advertise.rfind(':'))};
    HZ_ASSIGN(const auto passphrase, read_passphrase(words.passphrase_file, true));
    std::error_code error;
    fs::create_directories(state, error);
    if (!error) fs::permissions(state, fs::perms::owner_all, error);
    if (error) return fail(ErrorCode::kIo, "cannot make " + state.string() + ": " + error.message());
    HZ_TRY(create_keys(state / "keys", {config.federation, config.hosts}, words.root_key, passphrase,
                       system_random(), std::chrono::system_clock::now()));
    return write_file_atomically(state / "coordinator.toml", write_config(config));
}

}  // namespace

void add_init(CLI::App& program, Common& common, Action& action) {
    const auto words = std::make_shared<Words>();
    CLI::App* init_command =
        program.add_subcommand("init", "Makes a new federation: its keys and its settings");
    init_command->add_option("--federation", words->federation, "what people call it")->required();
    init_command->add_option("--advertise", words->advertise, "HOST:PORT under which hospitals call")
        ->required();
    init_command->add_option("--listen", words->listen, "ADDRESS:PORT of this machine");
    init_command->add_option("--host", words->hosts,
                             "in the server's certificate; none: the advertised host");
    init_command
        ->add_option(
            "--root-key", words->root_key,
            "where the root's key goes, sealed: carry it off this machine, it is needed to replace the "
            "issuing key and for nothing else")
        ->required();
    init_command->add_option("--passphrase-file", words->passphrase_file,
                             "instead of asking at the terminal");
    init_command->callback([words, &common, &action] {
        action = [words, &common] {
            if (const Status made = init(common.state, *words); !made)
                return report(made.error(), exit_code_of(made.error()));
            return print("Made the federation \"" + words->federation + "\" in " + common.state + ".\nMove " +
                         words->root_key +
                         " to a medium that is kept locked away.\nNext: huizhen-coordinator serve --state " +
                         common.state + '\n');
        };
    });

    CLI::App* rotate =
        program.add_subcommand("rotate-issuer", "Replaces the issuing key, with the root's; restart then");
    rotate->add_option("--root-key", words->root_key, "the sealed root key")->required();
    rotate->add_option("--passphrase-file", words->passphrase_file, "instead of asking at the terminal");
    rotate->callback([words, &common, &action] {
        action = [words, &common] {
            const fs::path state = common.state;
            const auto replaced = [&]() -> Status {
                HZ_ASSIGN(const Config config, read_config(state / "coordinator.toml"));
                HZ_ASSIGN(const auto passphrase, read_passphrase(words->passphrase_file, false));
                return replace_issuer(state / "keys", words->root_key, passphrase, config.hosts,
                                      system_random(), std::chrono::system_clock::now());
            }();
            if (!replaced) return report(replaced.error(), exit_code_of(replaced.error()));
            return print("The issuing key was replaced; hospitals notice nothing.\n");
        };
    });

    CLI::App* revoke = program.add_subcommand(
        "revoke-issuer",
        "A former issuing key, as one that was stolen, and all it signed are good no longer; "
        "restart then");
    revoke->add_option("--root-key", words->root_key, "the sealed root key")->required();
    revoke->add_option("--serial", words->serial, "of the key's certificate; without it, all are listed");
    revoke->add_option("--passphrase-file", words->passphrase_file, "instead of asking at the terminal");
    revoke->callback([words, &common, &action] {
        action = [words, &common] {
            const auto revoked = [&]() -> Status {
                HZ_ASSIGN(const auto passphrase, read_passphrase(words->passphrase_file, false));
                return revoke_issuer(fs::path(common.state) / "keys", words->root_key, passphrase,
                                     words->serial, std::chrono::system_clock::now());
            }();
            if (!revoked) return report(revoked.error(), exit_code_of(revoked.error()));
            return print(
                "The issuing key is revoked once `huizhen-coordinator serve` was restarted. Hospitals "
                "whose certificate it had signed have to be invited anew.\n");
        };
    });
}

}  // namespace huizhen::coordinator
