import java.io.File;
import java.util.TreeSet;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.ValidationResult;

/** Validate FLAVOUR FILE...: one line a file, "ok" or the failed clauses (clause:test) with commas between, or "unreadable". */
class Validate {
    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        PDFAFlavour flavour = PDFAFlavour.byFlavourId(arguments[0]);
        for (int i = 1; i < arguments.length; i++) {
            System.out.println("verdict\t" + verdict(flavour, new File(arguments[i])));
        }
    }

    static String verdict(PDFAFlavour flavour, File file) {
        try (PDFAParser parser = Foundries.defaultInstance().createParser(file, flavour);
                PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
            ValidationResult result = validator.validate(parser);
            TreeSet<String> failed = new TreeSet<>();
            result.getFailedChecks().keySet().forEach(rule -> failed.add(rule.getClause() + ":" + rule.getTestNumber()));
            return result.isCompliant() ? "ok" : String.join(",", failed);
        } catch (Exception unreadable) {
            return "unreadable";
        }
    }
}
