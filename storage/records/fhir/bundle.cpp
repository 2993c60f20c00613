#include "bundle.h"

#include <huizhen/fhir/limits.h>

namespace huizhen::fhir {
namespace {

using Json = nlohmann::json;

bool is_type_name(std::string_view text) {
    if (text.empty() || text.size() > 64 || text[0] < 'A' || text[0] > 'Z') return false;
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
}

tl::unexpected<Error> malformed(std::string why) { return fail(ErrorCode::kMalformedInput, std::move(why)); }

}  // namespace

std::string Resource::number() const {
    if (!id.empty()) return type + "/" + id;
    return full_url;
}

Target target_of(std::string_view reference) {
    if (const std::size_t history = reference.find("/_history/"); history != std::string_view::npos)
        reference = reference.substr(0, history);
    const std::size_t last = reference.rfind('/');
    if (last == std::string_view::npos || last == 0) return {};
    const std::size_t before = reference.rfind('/', last - 1);
    Target target;
    const std::size_t type_at = before == std::string_view::npos ? 0 : before + 1;
    target.type = reference.substr(type_at, last - type_at);
    target.id = reference.substr(last + 1);
    if (before != std::string_view::npos) target.base = reference.substr(0, before);
    return is_type_name(target.type) && !target.id.empty() ? target : Target();
}

Status Bundle::add(const Json& json, std::string full_url, const std::string& place) {
    std::string wrong;
    const Node node(&json, &wrong, "resource");
    auto resource = std::make_unique<Resource>();
    resource->json = &json;
    resource->type = node["resourceType"].text();
    resource->id = node["id"].text();
    if (!wrong.empty()) return malformed("wrong-type: " + place + ": " + wrong);
    if (!is_type_name(resource->type)) return malformed("not-fhir: " + place + ": no resourceType");
    resource->place = place == "the document" ? resource->type : place + " (" + resource->type + ")";
    resource->base = target_of(full_url).base;
    resource->full_url = std::move(full_url);
    for (const Node& inner : node["contained"].items()) {
        auto contained = std::make_unique<Resource>();
        contained->json = inner.json();
        contained->type = inner["resourceType"].text();
        contained->base = resource->base;
        contained->place = resource->place;
        contained->container = resource.get();
        contained_.emplace(std::pair(resource.get(), inner["id"].text()), contained.get());
        all_.push_back(std::move(contained));
    }
    if (!wrong.empty()) return malformed("wrong-type: " + resource->place + ": " + wrong);
    if (!resource->full_url.empty()) by_url_.emplace(resource->full_url, resource.get());
    if (!resource->id.empty()) by_name_.emplace(resource->type + "/" + resource->id, resource.get());
    entries_.push_back(resource.get());
    all_.push_back(std::move(resource));
    return {};
}

Result<Bundle> Bundle::open(const Json& root) {
    Bundle bundle;
    if (!root.is_object()) return malformed("not-fhir: the document is no object");
    std::string wrong;
    const Node node(&root, &wrong, "document");
    if (node["resourceType"].text() != "Bundle") {
        HZ_TRY(bundle.add(root, {}, "the document"));
        return bundle;
    }
    const std::string type = node["type"].text();
    for (const std::string_view known :
         {"transaction", "batch", "collection", "document", "message", "searchset", "history"}) {
        if (type == known) wrong = "-";
    }
    if (wrong != "-") return malformed("bundle: Bundle.type is none that is read");
    wrong.clear();
    bundle.message_id = node["identifier"]["value"].text();
    bundle.timestamp = node["timestamp"].text();
    const auto entries = node["entry"].items();
    if (entries.size() > kMaxEntries)
        return fail(ErrorCode::kLimitExceeded, "too-many-entries: a bundle of more than are read");
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const std::string place = "entry " + std::to_string(i + 1);
        const std::string method = entries[i]["request"]["method"].text();
        if (!method.empty() && method != "POST" && method != "PUT")
            return fail(ErrorCode::kUnsupported, "method: " + place + ": only POST and PUT are taken");
        const Node resource = entries[i]["resource"];
        const std::string url = entries[i]["fullUrl"].text();
        if (!wrong.empty()) return malformed("wrong-type: " + place + ": " + wrong);
        if (!resource.present()) return malformed("bundle: " + place + ": no resource");
        HZ_TRY(bundle.add(*resource.json(), url, place));
    }
    if (!wrong.empty()) return malformed("wrong-type: Bundle: " + wrong);
    return bundle;
}

const Resource* Bundle::resolve(std::string_view reference, const Resource& from) const {
    if (reference.starts_with('#')) {
        const Resource* container = from.container == nullptr ? &from : from.container;
        if (reference.size() == 1) return container;
        const auto found = contained_.find(std::pair(container, std::string(reference.substr(1))));
        return found == contained_.end() ? nullptr : found->second;
    }
    const auto in = [](const auto& map, std::string_view key) {
        const auto found = map.find(key);
        return found == map.end() ? nullptr : found->second;
    };
    if (const Resource* found = in(by_url_, reference)) return found;
    const Target target = target_of(reference);
    if (target.type.empty()) return nullptr;
    const std::string name = target.type + "/" + target.id;
    const std::string base = target.base.empty() ? from.base : target.base;
    if (!base.empty()) {
        if (const Resource* found = in(by_url_, base + "/" + name)) return found;
    }
    const Resource* found = in(by_name_, name);
    // The same id on another server is another's.
    return found != nullptr && (target.base.empty() || found->base.empty() || found->base == target.base)
               ? found
               : nullptr;
}

}  // namespace huizhen::fhir
