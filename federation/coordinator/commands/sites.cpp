#include <iostream>

#include <CLI/CLI.hpp>

#include "commands/daemon.h"
#include "commands/table.h"

namespace huizhen::coordinator {
namespace {

namespace v1 = federation::v1;
using Stub = v1::Coordinator::Stub;

std::string state_text(v1::SiteState state) {
    switch (state) {
        case v1::SITE_STATE_INVITED: return "invited";
        case v1::SITE_STATE_WAITING: return "waits for approval";
        case v1::SITE_STATE_ENROLLED: return "enrolled";
        case v1::SITE_STATE_REVOKED: return "revoked";
        case v1::SITE_STATE_REJECTED: return "refused";
        case v1::SITE_STATE_EXPIRED: return "expired";
        case v1::SITE_STATE_LEFT: return "left";
        default: return "?";
    }
}

std::string sites_text(const v1::ListSitesReply& reply) {
    std::vector<Row> rows = {
        {"NAME", "STATE", "CONNECTED", "LAST SEEN", "CERTIFICATE ENDS", "SOFTWARE", "NOTE"}};
    for (const v1::Site& site : reply.sites()) {
        const bool person = site.member() == v1::MEMBER_OPERATOR;
        const std::string note =
            site.state() == v1::SITE_STATE_WAITING ? "key " + site.request_fingerprint() : site.reason();
        rows.push_back({site.name() + (person ? " (operator)" : ""), state_text(site.state()),
                        site.connected() ? "yes" : "no", time_text(site.last_seen_unix_ms()),
                        time_text(site.certificate_expires_unix_ms()), site.software_version(), note});
    }
    return rows.size() == 1 ? "No sites yet; `huizhen-coordinator invite NAME` makes an invitation.\n"
                            : table(rows);
}

std::string invitation_text(const v1::InviteReply& reply) {
    return "Give this line to " + reply.site() +
           ", by telephone, letter or in person. It is shown once.\n\n  " + reply.code() + "\n\nIt ends " +
           time_text(reply.expires_unix_ms()) +
           " UTC. There, an administrator runs `huizhen-node enrol` and types it in; then compare\n"
           "the key that `huizhen-coordinator sites` shows with what is shown there, and approve it.\n";
}

struct Words {
    std::string name, key, reason;
    bool person = false;
    std::uint64_t hours = 72;

    v1::Member member() const { return person ? v1::MEMBER_OPERATOR : v1::MEMBER_SITE; }
};

void add_name(CLI::App& command, Words& words) {
    command.add_option("name", words.name, "lower-case letters, digits, '-' and '.'")->required();
    command.add_flag("--operator", words.person, "a person's console, not a hospital's node");
}

}  // namespace

void add_sites(CLI::App& program, Common& common, Action& action) {
    const auto words = std::make_shared<Words>();

    CLI::App* invite = program.add_subcommand("invite", "Makes a one-time invitation for a hospital");
    add_name(*invite, *words);
    invite->add_option("--hours", words->hours, "how long it can be used")->check(CLI::Range(1, 24 * 60));
    invite->callback([words, &common, &action] {
        action = [words, &common] {
            v1::InviteRequest request;
            request.set_site(words->name);
            request.set_member(words->member());
            request.set_valid_for_seconds(words->hours * 3600);
            return ask_and_print<v1::InviteRequest, v1::InviteReply>(common, &Stub::Invite, request,
                                                                     invitation_text);
        };
    });

    CLI::App* sites =
        program.add_subcommand("sites", "Lists the hospitals and consoles, and who waits for approval");
    sites->callback([&common, &action] {
        action = [&common] {
            return ask_and_print<v1::ListSitesRequest, v1::ListSitesReply>(common, &Stub::ListSites, {},
                                                                           sites_text);
        };
    });

    const auto decide = [words, &common, &action](CLI::App* command, bool reject) {
        command->callback([words, &common, &action, reject] {
            action = [words, &common, reject] {
                v1::ApproveRequest request;
                request.set_site(words->name);
                request.set_member(words->member());
                request.set_request_fingerprint(words->key);
                request.set_reject(reject);
                request.set_reason(words->reason);
                return ask_and_print<v1::ApproveRequest, v1::ApproveReply>(
                    common, &Stub::Approve, request, [](const v1::ApproveReply& reply) {
                        return reply.site().name() + ": " + state_text(reply.site().state()) + '\n';
                    });
            };
        });
    };
    CLI::App* approve = program.add_subcommand("approve", "Lets a hospital in, once its key was compared");
    add_name(*approve, *words);
    approve->add_option("--key", words->key, "the key's fingerprint, as the hospital reads it out")
        ->required();
    decide(approve, false);
    CLI::App* refuse = program.add_subcommand("refuse", "Turns a request down");
    add_name(*refuse, *words);
    refuse->add_option("--reason", words->reason, "told to the hospital")->required();
    decide(refuse, true);

    CLI::App* revoke = program.add_subcommand("revoke", "Ends a hospital's certificates at once");
    add_name(*revoke, *words);
    revoke->add_option("--reason", words->reason, "kept in the audit")->required();
    revoke->callback([words, &common, &action] {
        action = [words, &common] {
            v1::RevokeRequest request;
            request.set_site(words->name);
            request.set_member(words->member());
            request.set_reason(words->reason);
            return ask_and_print<v1::RevokeRequest, v1::RevokeReply>(
                common, &Stub::Revoke, request, [](const v1::RevokeReply& reply) {
                    return reply.site().name() + ": " + state_text(reply.site().state()) + '\n';
                });
        };
    });
}

}  // namespace huizhen::coordinator
