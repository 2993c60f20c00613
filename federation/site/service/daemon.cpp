#include <system_error>

#include <huizhen/base/file.h>
#include <huizhen/site/daemon.h>

#include "service/site.h"

namespace huizhen::site {
namespace {

// For hospital IT to edit; never over one that is there.
Status write_policy_once(const std::filesystem::path& state) {
    std::error_code error;
    if (std::filesystem::exists(state / kPolicyFileName, error)) return {};
    return write_file_atomically(state / kPolicyFileName, write_settings({}));
}

}  // namespace

Result<std::string> site_name(const std::filesystem::path& state) {
    HZ_ASSIGN(const KeyFolder keys, KeyFolder::open(state));
    HZ_ASSIGN(const SiteCertificate certificate, keys.certificate());
    return certificate.who.name;
}

Daemon::Daemon(std::unique_ptr<Site> site) : site_(std::move(site)) {}
Daemon::~Daemon() = default;
Daemon::Daemon(Daemon&&) noexcept = default;

Result<Daemon> Daemon::open(const std::filesystem::path& state, const DaemonParts& with) {
    HZ_TRY(write_policy_once(state));
    SiteParts parts;
    parts.ring = with.ring;
    parts.tasks = with.tasks;
    parts.compute = with.compute;
    parts.software_version = with.software_version;
    HZ_ASSIGN(auto site, Site::open(state, parts));
    return Daemon(std::move(site));
}

Status Daemon::serve(const std::stop_token& stop) { return site_->serve(stop); }
std::string Daemon::line() const { return site_->watch().line(); }
const std::string& Daemon::coordinator() const { return site_->enrolment().coordinator; }

}  // namespace huizhen::site
