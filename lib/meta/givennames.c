#include "meta/givennames.h"

#include <string.h>

/* By first letter, each with a space before and behind: those common in Europe and the Americas, and some of other
 * countries. Words that open titles as often ("April", "Grace Period") are left out where they are more than a name. */
static const char *const names[26] = {
	" aaron abby abdul abdullah abigail abraham achim ada adam adele adriaan adrian adriana adrien agata "
	"agatha agnes agnieszka ahmad ahmed aidan aiko aisha akira alain alan alana alba albert alberto "
	"albrecht aldo alejandra alejandro aleksandar aleksander aleksandra aleksei alena alessandra "
	"alessandro alessia alex alexander alexandra alexandre alexandros alexei alexia alexis alfonso "
	"alfred alfredo ali alice alicia alina alisa alison alissa allan allen allison alma alois alon "
	"alvaro alyssa amanda amber amelia amelie amina amir amit amy ana anastasia anders andre andrea "
	"andreas andreea andrei andrej andres andrew andrey andrzej andy angela angelika angelina angelo "
	"angus anika anil anita anja anke ann anna annabel annabelle annalisa anne anneke annelies anneliese "
	"annemarie annett annette annie annika anselm ansgar anthony antoine anton antonella antonia antonio "
	"antonis antony anya april arash ari ariana ariane ariel arjun arlene armando armin arnaud arnd arne "
	"arno arnold arthur artur arturo arun asa ash asher ashish ashley ashwin astrid athena audrey "
	"augusto aurelie austin ava avery axel ayse aysha ",
	" barack barbara barry bart bartosz basil bastian bea beata beate beatrice beatrix beatriz becky "
	"belinda ben benedict benedikt benjamin benno benoit bente berit bernadette bernard bernd bernhard "
	"bert berthold bertram bertrand beth bethany betsy betty bev beverly bianca bilal bill billy birgit "
	"birgitta birte bjorn blair blake bob bobby bodo bonnie boris brad bradley brandon brayden breanna "
	"brenda brendan brent bret brett brian briana bridget brigitte britt britta brittany brooke bruce "
	"bruno bryan bryce burkhard byron ",
	" caitlin caleb callum calvin cameron camila camilla camille candace candice cara carina carl carla "
	"carlo carlos carlotta carmen carol carola carole carolin carolina caroline carolyn carrie carsten "
	"cary casey caspar cassandra cassie catalina catarina cate caterina cath catherine cathrin cathy "
	"cecile cecilia cedric celeste celia celine cem cesar chad chandra chantal charles charley charlie "
	"charlotte chelsea cherie cheryl chiara chloe chris chrissy christa christel christelle christian "
	"christiana christiane christina christine christof christoph christophe christopher christos "
	"christy chuck ciara ciaran cindy claas claire clara clare clarissa clark claude claudia claudio "
	"claus clay clemens clement cliff clive cody colette colin colleen collin connie connor conny conrad "
	"constantin constanze cora cordula corey corina corinna corinne cornelia cornelius cory courtney "
	"craig cristian cristiano cristina curt curtis cynthia cyril ",
	" dagmar dagny daisy dale damian damien damon dan dana daniel daniela daniele daniella danielle "
	"danilo danny daphne dara daria dario darius darlene darrell darren darryl daryl dave david davide "
	"dawid dawn dean deanna debbie deborah debra declan deepak deirdre delia delphine denis denise "
	"dennis denny derek desiree desmond detlef detlev devin devon diana diane didier diego dieter "
	"dietmar dietrich dimitri dimitris dina dino dirck dirk djamila dmitri dmitry dolores dom domenico "
	"dominic dominik dominique don donald donna doreen dorian doris dorit dorothea dorothee dorothy doug "
	"douglas drew duncan dustin dwight dylan ",
	" earl eberhard ebony eckhard ed eddie edgar edith edmund edoardo eduard eduardo edward edwin egon "
	"eileen eitan ekaterina elaine eleanor elena eleni eleonora elfriede eli elia eliana elias elijah "
	"elina elinor elisa elisabeth elise elizabeth elke ella elle ellen ellie elliot elliott elmar eloise "
	"elsa elsbeth elvira elyse emanuel emanuele emil emilia emilie emilio emily emine emir emma emmanuel "
	"emmanuelle emre enrico enrique eric erica erich erik erika erin erkan ernest ernesto ernst erwin "
	"esther ethan etienne eugen eugene eugenia eva evan evangelia eve eveline evelyn evgeny ewa ewald ",
	" fabian fabiano fabien fabienne fabio fabrice fabrizio falk falko farah farhad fatih fatima fatma "
	"federica federico felicia felicitas felicity felipe felix ferdinand fergus fernanda fernando filip "
	"filippo finn fiona flavia flavio fleur flora florence florian foteini frances francesca francesco "
	"francine francis francisca francisco franck franco francois francoise frank frankie franz franziska "
	"fred freddie frederic frederick frederico frederik freya frida friederike friedhelm friedrich fritz "
	"",
	" gabe gabi gabriel gabriela gabriele gabriella gabrielle gail gareth gary gaston gavin gemma gene "
	"genevieve geoff geoffrey georg george georges georgia georgina georgios gerald gerard gerardo gerd "
	"gerda gerhard gerlinde gernot gero gerrit gerry gerta gertrud gesa giacomo gian gianluca gianni "
	"giles gilles gillian gina gino giorgia giorgio giovanna giovanni gisela giulia giuliano giulio "
	"giuseppe gladys glen glenn gloria goran gordon gottfried grace grady graeme graham grant greg "
	"gregor gregorio gregory greta grit grzegorz gudrun guido guilherme guillaume guillermo gunnar "
	"gunter gunther gus gustav gustavo guy gwen gwendolyn ",
	" hal haley hamza hana hanan hank hanna hannah hanne hannelore hannes hanno hans hansjorg harald "
	"hardy harold harriet harrison harry hartmut hartwig hasan hassan hauke hayden hayley hazel heather "
	"hector hedwig heide heidi heike heiko heiner heinrich heinz helen helena helene helga helge helmut "
	"hendrik henk henning henri henriette henrik henrike henry herb herbert heribert herman hermann "
	"herve hilary hilda hilde hildegard hillary hiroko hiroshi holger holly horst howard hubert hugh "
	"hugo humberto hussein ",
	" iain ian ibrahim ida ignacio igor ike ilaria ilka ilona ilse imke imran ina ines inga inge "
	"ingeborg ingmar ingo ingrid inka ioana ioannis ira irena irene irina iris irma irving isa isaac "
	"isabel isabell isabella isabelle isaiah ismail israel istvan ivan ivana ivo ivonne iwona izabela ",
	" jack jackie jackson jaclyn jacob jacqueline jacques jaime jake jakob jakub jamal james jamie jan "
	"jana jane janek janet janice janina janine janis janna jannik jannis jared jarek jaroslav jasmin "
	"jasmine jason jasper javier jay jaya jayne jean jeanette jeanne jeannette jeannie jeff jeffery "
	"jeffrey jelena jen jenna jennie jennifer jenny jens jeremiah jeremy jerome jerry jess jesse jessica "
	"jessie jesus jill jillian jim jimena jimmy jo joachim joan joana joanna joanne joao joaquin jochen "
	"jodi jodie jody joe joel joelle joerg joey johan johann johanna johannes john johnathan johnny "
	"jolanda jolanta jon jonas jonathan joni jordan jordi jorg jorge jorn jose josef josefine joseph "
	"josephine josh joshua josie jost joy joyce juan juana judit judith judy juergen jula jule jules "
	"julia julian juliana juliane julianna julie julien juliet juliette julio julius jun june jurgen "
	"justin justine justus jutta ",
	" kai kaitlin kaitlyn kalle kamal kamil karen karim karin karina karl karla karolin karolina "
	"karoline karsten kasia kaspar kate katerina katharina katharine kathe katherine kathi kathleen "
	"kathrin kathryn kathy katie katja katrin katrina katy katya kay kayla keith kelley kelli kellie "
	"kelly kelsey ken kendall kendra kenji kenneth kenny kent kerry kerstin kevin khalid kieran kilian "
	"kim kimberly kira kirk kirsten kirstin kirsty kit klara klaus knut konrad konstantin konstantinos "
	"konstanze korbinian kris krista kristen kristi kristian kristin kristina kristine kristof kristy "
	"krystal krystyna krzysztof kurt kyle kylie kyra ",
	" lana lance lara larissa larry lars laszlo laura laure laurel lauren laurence laurent laurie laurin "
	"lawrence layla lea leah leandro leanne lee leif leigh leila lena leni lenka lennart lennox leo leon "
	"leona leonard leonardo leonie leopold leroy les lesley leslie leszek leticia levi lewis lia liam "
	"liana lidia lieselotte lila lilia lilian liliana lillian lillie lilly lily lin lina linda lindsay "
	"lindsey linus lionel lisa lisbeth lise lissa liv livia liz liza lizzie lloyd logan lois lola lora "
	"loren lorena lorenz lorenzo loretta lori lorna lorraine lothar lou louis louisa louise luc luca "
	"lucas lucia luciana luciano lucie lucien lucinda lucio lucy ludger ludmila ludovic ludwig luigi "
	"luis luisa lukas lukasz luke luna lutz luz lydia lyle lynda lynette lynn lynne ",
	" maarten mabel maciej mackenzie maddie madeleine madeline madison magda magdalena magnus mahmoud "
	"mai maik maike maja makoto malcolm malgorzata malik malin mallory malte mandy manfred manoel manon "
	"manuel manuela mara marc marcel marcela marcella marcello marcelo marcia marcin marco marcos marcus "
	"marek maren margaret margareta margarete margarethe margarita margaux margit margo margot margret "
	"marguerite maria mariam marian mariana marianna marianne mariano marie mariella marietta marija "
	"marika marike marilyn marin marina mario marion marisa marissa marita marius marjorie mark marko "
	"markus marlene marlies marta marten martha martin martina martine marvin mary maryam masha massimo "
	"mat mateo mateusz matheus mathew mathias mathieu mathilde mats matt matteo matthew matthias "
	"matthieu matthijs maura maureen maurice mauricio maurits maurizio mauro max maxim maxime maximilian "
	"maxine maya mechthild meera meg megan mehmet meike meinhard melanie melina melinda melissa melody "
	"mercedes meredith merle mia micah micha michael michaela michal michel michela michele michelle "
	"mick miguel mihai mikael mike mikhail miklos mila milan milena miles millie mina mindy mira miranda "
	"mireille miriam mirjam mirko miroslav misha mitch mitchell moana mohamed mohammad mohammed moira "
	"molly mona moni monica monika monique morgan moritz morris mostafa muhammad murat muriel murray "
	"mustafa myra myriam ",
	" nadia nadine nadja nancy naomi natalia natalie natascha natasha nate nathalie nathan nathaniel "
	"neal ned neil nele nelly nelson niall nicholas nick nicki nicky nicla nico nicola nicolai nicolas "
	"nicole nicoletta niels nigel niklas niko nikola nikolai nikolas nikolaus nikos nils nina nino noah "
	"noam noel noelle noemi nora norbert noreen norma norman nuno ",
	" octavia oksana olaf ole oleg olga oliver olivia olivier ollie omar onur orlando oscar oskar osman "
	"oswald otto owain owen ",
	" pablo paige pamela paola paolo pascal pascale pat patricia patricio patrick patrik patrizia patty "
	"paul paula paulina pauline paulo pavel pawel pedro peggy penelope penny per percy perry pete peter "
	"petra petros phil philip philipp philippa philippe phillip phoebe phyllis pia piero pierre pierrick "
	"pietro pilar piotr polly prakash preeti priya priyanka przemyslaw ",
	" quentin quinn ",
	" rachael rachel radek rafael rafal raffaele raimund rainer raj rajesh ralf ralph ramesh ramon "
	"ramona randall randi randy raoul raphael raquel rasmus raul ravi ray raymond rebecca rebekah reggie "
	"regina reginald regine regula reiner reinhard reinhold remi renata renate renato rene renee reto "
	"rex rhonda ria ricarda ricardo riccardo rich richard rick ricky riley rita rob robbie robert "
	"roberta roberto robin robyn rocio rod roderick rodney rodrigo roger roland rolando rolf roman "
	"romana romy ron ronald ronja ronny rory rosa rosalie rosalind rosanna rose rosemarie rosemary rosie "
	"ross rowan roxana roxanne roy ruben rudi rudiger rudolf rudy rui rupert russ russell ruth ryan ",
	" sabina sabine sabrina sally salman salvador salvatore sam samantha sami samira samuel sandeep "
	"sandra sandro sandy sanjay sanna santiago sara sarah sascha sasha saskia saul savannah scott sean "
	"sebastian sebastien selim selina selma serena serge sergei sergey sergio seth severin shane shannon "
	"sharon shaun shauna shawn shawna shea sheila shelby shelley shelly sheri sherri sherry shirley sid "
	"sidney siegfried sigrid silas silja silke silvana silvia silvio simon simona simone siobhan sofia "
	"sofie solange solveig sonia sonja sonya sophia sophie soren spencer stacey stacy stan stanislav "
	"stanley stef stefan stefania stefanie stefano steffen steffi stella steph stephan stephane "
	"stephanie stephen steve steven stewart stuart sue sumit sunil susan susana susann susanna susanne "
	"susi susie suzan suzanne suzie suzy svea sven svenja svetlana swantje sybille sylke sylvain sylvia "
	"sylvie ",
	" tabea tabitha taiwo takashi takeshi talia tamara tami tammy tania tanja tanya tara tarek tariq "
	"tatiana tatjana taylor ted teresa teri terrence terri terry tess tessa thaddeus thea theo theodor "
	"theodore theresa therese theresia thiago thierry thilo thomas thorben thorsten tia tiago tiffany "
	"till tilman tilo tim timo timon timothy tina tine tino tobias toby tod todd tom tomas tomasz "
	"tommaso tommy toni tony tonya tor torben tori torsten tracey traci tracy travis trent trevor trey "
	"tricia trina trish trisha tristan troy trudy tyler tyrone tzvi ",
	" udo ugo ulf uli ulla ulli ulrich ulrike umberto ursula uta ute uwe ",
	" vadim val valentin valentina valeria valerie valery vanessa vasilis vaughn vera verena verity "
	"verona veronica veronika veronique vicki vickie vicky victor victoria vijay vikram viktor viktoria "
	"vincent vincenzo viola violet violetta virginia vito vittoria vittorio vivek vivian viviana vivien "
	"vivienne vladimir volker volkmar ",
	" wade walter waltraud wanda warren wayne wendelin wendy werner wes wesley whitney wibke wilfried "
	"wilhelm willi william willy wim winfried winston wojciech wolf wolfgang wolfram ",
	" xavier ximena ",
	" yan yanis yannick yannis yara yasmin yasmine ylva yolanda yosef youssef yuki yuri yusuf yvan yves "
	"yvette yvonne ",
	" zach zachary zack zara zbigniew zdenek zoe zoltan zuzana ",
};

bool givennames_has(struct view word)
{
	char text[GIVENNAMES_BYTES + 2];
	if (word.n == 0 || word.n > GIVENNAMES_BYTES || word.p[0] < 'a' || word.p[0] > 'z' ||
		view_find_byte(word, ' ') < word.n)
		return false;
	memcpy(text + 1, word.p, word.n);
	text[0] = text[word.n + 1] = ' ';
	struct view all = view_of(names[word.p[0] - 'a']);
	return view_find(all, view_make(text, word.n + 2)) < all.n;
}
