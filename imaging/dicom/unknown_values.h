#pragma once

// Gateways that do not know an attribute write it with the representation UN (PS3.5 6.2.2), names of patients
// among them, and whoever reads such a name as text gets its bytes in hexadecimal.

class DcmDataset;

namespace huizhen::imaging {

// Gives the UN elements of a data set, nested ones too, the representation that the dictionary knows.
// Sequences stay UN, since nothing bounds what is in them; so do private elements.
void name_unknown_values(DcmDataset& data);

}  // namespace huizhen::imaging
