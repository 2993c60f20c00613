#pragma once

// An object is named by what is in it: HMAC-SHA256 of its plain bytes under a key of the node, 64 hexadecimal
// digits. With a plain SHA-256, whoever steals the disk could ask it "is this scan, this published file, this
// form letter here?" and compare two hospitals' disks; without the key these names answer nothing.

#include <huizhen/base/ids.h>

namespace huizhen::objects {

using ObjectName = StrongId<struct ObjectTag>;

}  // namespace huizhen::objects
