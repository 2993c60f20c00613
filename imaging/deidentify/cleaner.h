#pragma once

// The walk through a data set that does to each attribute what the profile says.

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include "profile.h"

namespace huizhen::imaging {

// Who the data set is about: what pseudonyms and shifts are made from. Identifies; for hashing only.
std::string subject_of(DcmItem& data);

class Cleaner {
  public:
    Cleaner(const DeidentifyKey& key, const DeidentifyOptions& options, const std::string& subject,
            Deidentified& counts);

    // Everything but the pixels; says in the object what was done (PS3.15 E.1.1).
    void clean(DcmDataset& data);

  private:
    void clean_items_of(DcmItem& item);
    bool stays(DcmItem& item, DcmElement& element);
    bool carry_out(Action action, DcmElement& element);
    bool private_stays(DcmItem& item, DcmElement& element) const;
    bool unlisted_stays(DcmElement& element);
    bool dummy_stays(DcmElement& element);
    void replace_uids(DcmElement& element);
    bool shift(DcmElement& element);
    void shorten_age(DcmElement& element);
    void declare(DcmDataset& data) const;

    const DeidentifyKey& key_;
    const DeidentifyOptions& options_;
    std::string pseudonym_;
    int shift_days_;
    Deidentified& counts_;
};

}  // namespace huizhen::imaging
