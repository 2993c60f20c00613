#pragma once

// The storage classes that are received (PS3.4 B.5): what a CT study may hold, priors and treatment included.

#include <span>
#include <string_view>

namespace huizhen::imaging {

struct StorageClass {
    std::string_view uid, name;
};

std::span<const StorageClass> storage_classes();
bool is_storage_class(std::string_view uid);

}  // namespace huizhen::imaging
