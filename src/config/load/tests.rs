//! Files found and not found, in real folders.

use super::*;
use crate::checklist::Action;

const CHECKLIST: &str = "name: A\nsteps:\n  - name: One\n    do:\n      - visit: /\n";

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in files {
        write(folder.path(), name, bytes);
    }
    folder
}

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    let parent = path.parent().expect("a file is in a folder");
    std::fs::create_dir_all(parent).expect("a folder");
    io::Write::write_all(&mut File::create(&path).expect("a file"), bytes).expect("written");
}

fn load(folder: &Path, config: &str, paths: &[&str]) -> Result<Project, ProjectError> {
    let paths: Vec<PathBuf> = paths.iter().map(|path| folder.join(path)).collect();
    let config = folder.join(config);
    load_project(Some(&config), &paths, &Environment::default(), &[])
}

#[test]
fn a_folder_stands_for_all_below_it_but_other_projects() {
    let text = CHECKLIST.as_bytes();
    let folder = folder(&[
        ("shippass.yaml", b"device: 375x812@3\n"),
        ("checklists/b.yaml", text),
        ("checklists/a.yml", text),
        ("checklists/deep/c.yaml", text),
        ("checklists/.hidden/d.yaml", b"no"),
        ("checklists/notes.txt", b"no"),
        ("checklists/example/shippass.yaml", b"no"),
        ("checklists/example/e.yaml", b"no"),
    ]);
    let project = load(folder.path(), "shippass.yaml", &[]).expect("a good project");
    let files: Vec<_> = project
        .checklists
        .iter()
        .map(|list| list.file.rsplit('/').next().unwrap_or_default())
        .collect();
    assert_eq!(files, ["a.yml", "b.yaml", "c.yaml"]);
    assert!(
        project
            .config
            .file
            .is_some_and(|file| file.ends_with("/shippass.yaml"))
    );
}

#[test]
fn what_is_missing_is_named_with_what_to_do() {
    let folder = folder(&[
        ("shippass.yaml", b"device: 375x812@3\n"),
        ("empty/x.txt", b""),
    ]);
    let error =
        |config: &str, paths: &[&str]| load(folder.path(), config, paths).expect_err("missing");
    let missing = error("other.yaml", &[]);
    assert!(
        matches!(missing, ProjectError::ConfigNotFound { .. }),
        "{missing}"
    );
    assert!(missing.help().contains("--config"));
    let missing = error("shippass.yaml", &[]);
    assert!(missing.to_string().ends_with("checklists`"), "{missing}");
    let missing = error("shippass.yaml", &["no.yaml"]);
    assert!(missing.to_string().ends_with("no.yaml`"), "{missing}");
    assert!(matches!(
        error("shippass.yaml", &["empty"]),
        ProjectError::NoChecklists { .. }
    ));
}

#[test]
fn files_named_twice_are_read_once() {
    let folder = folder(&[
        ("shippass.yaml", b"device: 375x812@3\n"),
        ("a.yaml", CHECKLIST.as_bytes()),
    ]);
    let project = load(folder.path(), "shippass.yaml", &["a.yaml", "a.yaml"]).expect("good");
    assert_eq!(project.checklists.len(), 1);
}

#[test]
fn all_mistakes_of_all_files_come_together() {
    let folder = folder(&[
        ("shippass.yaml", b"devise: 375x812@3\n"),
        ("a.yaml", b"name: A\n"),
        ("b.yaml", b"name: \xff\n"),
        ("c.yaml", CHECKLIST.as_bytes()),
    ]);
    let error = load(
        folder.path(),
        "shippass.yaml",
        &["a.yaml", "b.yaml", "c.yaml"],
    );
    let error = error.expect_err("mistakes");
    assert_eq!(error.to_string(), "3 mistakes in 3 files");
}

#[test]
fn a_huge_file_is_refused_without_being_read_whole() {
    let huge = "# filler\n".repeat(LARGEST);
    let folder = folder(&[
        ("shippass.yaml", b"device: 375x812@3\n"),
        ("a.yaml", huge.as_bytes()),
    ]);
    let Err(ProjectError::Mistakes(mistakes)) = load(folder.path(), "shippass.yaml", &["a.yaml"])
    else {
        panic!("refused");
    };
    assert_eq!(mistakes[0].message, "the file is larger than 1024 KiB");
}

const QUOTE: &str = r#"{"type": "object", "required": ["total"]}"#;
const API: &str = "openapi: 3.0.3
info: { title: Quotes, version: '1' }
paths:
  /quotes/{number}:
    get:
      responses:
        '200':
          description: a quote
          content:
            application/json:
              schema: { $ref: '#/components/schemas/Quote' }
components:
  schemas:
    Quote: { type: object, required: [total], properties: { total: { type: number, nullable: true } } }
";

/// The contracts of a configuration, or what is wrong with its first one.
fn contracts(
    declared: &str,
    file: &str,
    text: &str,
) -> Result<Vec<crate::config::Contract>, String> {
    let config = format!("contract:\n  - {declared}\n");
    let folder = folder(&[
        ("shippass.yaml", config.as_bytes()),
        ("a.yaml", CHECKLIST.as_bytes()),
        (file, text.as_bytes()),
    ]);
    match load(folder.path(), "shippass.yaml", &["a.yaml"]) {
        Ok(project) => Ok(project.config.contract),
        Err(ProjectError::Mistakes(mistakes)) => Err(mistakes[0].message.clone()),
        Err(other) => Err(other.to_string()),
    }
}

#[test]
fn contracts_are_read_beside_the_configuration() {
    let by_schema = "{ request: GET /api/quotes/*, schema: contracts/quote.json }";
    let read = contracts(by_schema, "contracts/quote.json", QUOTE).expect("read");
    assert!(
        read[0].speaks_of("GET", "/api/quotes/7") && !read[0].speaks_of("PUT", "/api/quotes/7")
    );
    let by_openapi = "{ openapi: api.yaml, base: /api }";
    let read = contracts(by_openapi, "api.yaml", API).expect("read");
    assert!(read[0].speaks_of("GET", "/api/quotes/7") && !read[0].speaks_of("GET", "/quotes/7"));
    assert!(
        read[0].speaks_of("GET", "/api/quotes/7/") && !read[0].speaks_of("GET", "/api/quotes/")
    );
}

#[test]
fn what_is_wrong_with_a_contract_is_told() {
    let by_schema = "{ request: GET /api/quotes/*, schema: quote.json }";
    let wrong = |text: &str| contracts(by_schema, "quote.json", text).expect_err("wrong");
    let missing = contracts(by_schema, "other.json", QUOTE).expect_err("missing");
    assert!(
        missing.starts_with("`quote.json` can't be read: No such file"),
        "{missing}"
    );
    assert!(
        wrong("{\"type\": ").contains("isn't JSON"),
        "{}",
        wrong("{\"type\": ")
    );
    assert!(
        wrong("type: [object\n").contains("isn't YAML: line"),
        "{}",
        wrong("type: [object\n")
    );
    assert!(wrong("{\"type\": \"objekt\"}").contains("no JSON Schema that can be used"));
    assert!(wrong("{\"$ref\": \"https://example.com/quote.json\"}").contains("can be used"));
    let by_openapi = "{ openapi: api.yaml }";
    let wrong = |text: &str| contracts(by_openapi, "api.yaml", text).expect_err("wrong");
    assert!(wrong("swagger: '2.0'\npaths: {}\n").contains("no OpenAPI 3 document"));
    let dangling = API.replace("schemas/Quote' }", "schemas/Quot' }");
    assert!(
        wrong(&dangling).contains("can't be used"),
        "{}",
        wrong(&dangling)
    );
}

#[test]
fn files_to_upload_are_looked_for_beside_the_file_that_names_them() {
    let list = b"name: A\nsteps:\n  - name: One\n    do:\n      - upload: { Photo: photos/roof.jpg, Plan: ../plan.pdf }\n";
    let folder = folder(&[
        ("shippass.yaml", b"device: 375x812@3\npersonas: { owner: { sign_in: { do: [{ upload: { Pass: plan.pdf } }] } } }\n"),
        ("plan.pdf", b"plan"),
        ("checklists/a.yaml", list),
        ("checklists/photos/roof.jpg", b"roof"),
    ]);
    let project = load(folder.path(), "shippass.yaml", &[]).expect("a good project");
    let Action::Upload(uploads) = &project.checklists[0].steps[0].actions[0] else {
        panic!("{:?}", project.checklists[0].steps[0].actions);
    };
    let root = folder.path().canonicalize().expect("there");
    let paths: Vec<_> = uploads.iter().map(|upload| &upload.files[0].path).collect();
    let wanted = [
        root.join("checklists/photos/roof.jpg"),
        root.join("plan.pdf"),
    ];
    assert_eq!(paths, wanted.iter().collect::<Vec<_>>());
}

#[test]
fn files_to_upload_that_are_missing_or_outside_are_mistakes_with_their_place() {
    let outside = folder(&[("secret.txt", b"secret")]);
    let beside = outside
        .path()
        .file_name()
        .expect("a name")
        .to_string_lossy();
    let list = format!(
        "name: A\nsteps:\n  - name: One\n    do:\n      - upload:\n          - {{ field: Photo, file: [none.jpg, photos, plan.pdf] }}\n          \
         - {{ field: Photo, file: ../../{beside}/secret.txt }}\n          - {{ field: Photo, file: /etc/passwd }}\n          \
         - {{ field: Photo, file: link.txt }}\n"
    );
    let folder = folder(&[
        ("shippass.yaml", b"device: 375x812@3\n"),
        ("plan.pdf", b"plan"),
        ("checklists/a.yaml", list.as_bytes()),
        ("checklists/photos/roof.jpg", b"roof"),
    ]);
    let link = folder.path().join("checklists/link.txt");
    std::os::unix::fs::symlink(outside.path().join("secret.txt"), link).expect("a link");
    let error = load(folder.path(), "shippass.yaml", &[]).expect_err("wrong files");
    let ProjectError::Mistakes(mistakes) = error else {
        panic!("{error}");
    };
    let told: Vec<_> = mistakes
        .iter()
        .map(|mistake| {
            let root = folder.path().to_string_lossy();
            let text = format!(
                "{}: {}",
                mistake.message,
                mistake.help.as_deref().unwrap_or_default()
            );
            format!(
                "{}:{} {}",
                mistake.place.line,
                mistake.place.column,
                text.replace(&*root, "ROOT").replace(&*beside, "BESIDE")
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "6:36 there is no file `none.jpg` in `ROOT/checklists`: paths begin at the folder of this file; see that the file is there and spelt the same",
            "6:46 `photos` is a folder, not a file: name the file, or a list of them: `[photos/roof.jpg, photos/wall.jpg]`",
            "6:54 there is no file `plan.pdf` in `ROOT/checklists`: paths begin at the folder of this file: write `../plan.pdf`",
            "7:35 `../../BESIDE/secret.txt` lies outside of the project's folder: put a copy into the project: what is uploaded belongs to what is looked at",
            "8:35 `/etc/passwd` doesn't begin at the folder of this file: put the file into the project and write its path from here: `photos/roof.jpg`",
            "9:35 `link.txt` lies outside of the project's folder: put a copy into the project: what is uploaded belongs to what is looked at",
        ]
    );
}

#[test]
fn files_that_a_checklist_uploads_for_others_lie_beside_it() {
    let outer = b"name: A\nsteps:\n  - name: Photo\n    do:\n      - run: parts/photo.yaml\n";
    let parts = b"name: P\nsteps:\n  - name: One\n    do:\n      - upload: { Photo: roof.jpg }\n";
    let wrong = b"name: W\nsteps:\n  - name: One\n    do:\n      - upload: { Photo: wall.jpg }\n";
    let folder = folder(&[
        ("shippass.yaml", b"device: 375x812@3\n"),
        ("checklists/a.yaml", outer),
        ("checklists/parts/photo.yaml", parts),
        ("checklists/parts/roof.jpg", b"roof"),
    ]);
    let project = load(folder.path(), "shippass.yaml", &["checklists/a.yaml"]).expect("good");
    let Action::Upload(uploads) = &project.checklists[0].steps[0].actions[0] else {
        panic!("{:?}", project.checklists[0].steps[0].actions);
    };
    let root = folder.path().canonicalize().expect("there");
    assert_eq!(
        uploads[0].files[0].path,
        root.join("checklists/parts/roof.jpg")
    );

    write(folder.path(), "checklists/parts/photo.yaml", wrong);
    let error = load(folder.path(), "shippass.yaml", &[]).expect_err("a missing file");
    let ProjectError::Mistakes(mistakes) = error else {
        panic!("{error}");
    };
    let [mistake] = mistakes.as_slice() else {
        panic!("{mistakes:#?}");
    };
    assert!(mistake.file.ends_with("parts/photo.yaml"), "{mistake}");
    assert_eq!((mistake.place.line, mistake.place.column), (5, 26));
}
