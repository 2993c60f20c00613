#pragma once

// The pictures of a report: one per finding, and a sheet of all. No patient data is drawn on them.

#include <string>
#include <vector>

#include <huizhen/render/picture.h>
#include <huizhen/volume/volume.h>

namespace huizhen::imaging {

struct PictureFinding {
    int number = 1;  // as in the report, from 1
    Vec3 centre_mm;  // LPS
    double long_axis_mm = 0;
    const Mask* outline = nullptr;          // borrowed; none: no outline
    const Grid<float>* evidence = nullptr;  // borrowed, 0..1; none: no evidence row
    std::string evidence_name;              // "occlusion"
    std::string title;                      // "Finding 1 of 3 - left upper lobe"
    std::vector<std::string> caption;       // up to three lines: size, probability with interval, ...
    std::string short_line, short_line_2;   // for the sheet's tile
};

struct PictureNotes {
    std::string intended_use;  // "Research use only, not a diagnosis."
    std::string origin;        // software and model, or "synthetic"
};

// Overview, and axial, coronal, sagittal views through the centre: plain with the outline, and below with the
// evidence.
Picture render_finding(const Volume& volume, const PictureFinding& finding, const PictureNotes& notes);

// A projection of the chest with every finding's place, and a tile for each finding. No findings: the
// projection, and `nothing_found` in words.
Picture render_contact_sheet(const Volume& volume, const std::vector<PictureFinding>& findings,
                             const std::string& title, const std::string& nothing_found,
                             const PictureNotes& notes);

}  // namespace huizhen::imaging
