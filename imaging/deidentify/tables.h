#pragma once

// The data files of this folder, as the build put them into the program.

#include <string_view>

namespace huizhen::imaging {

std::string_view profile_table_text();
std::string_view safe_private_text();
std::string_view descriptor_words_text();

}  // namespace huizhen::imaging
